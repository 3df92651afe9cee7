import { noCommitments, noDiscounts, type Price, type RateCard } from "@meter/catalog";
import type { RatedPart } from "@meter/pricing";
import { ok, add, dec, formatDecimal, instant, type Instant, sum } from "@meter/primitives";
import { partUntil, type ServicePeriod } from "@meter/subscriptions";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collectUsage } from "./collect.ts";
import { draftInvoice } from "./draft.ts";
import { builtInBillingProfile } from "./billing-profile.ts";
import type { InvoiceId, InvoiceLine, InvoiceLineId } from "./invoice.ts";
import { at, nextId, periodsAt, pricing, rateCard, subscribe, usageOf, usd } from "./invoicing.test-support.ts";

const start = at("2027-01-01T00:00:00Z");
const monthEnd = at("2027-02-01T00:00:00Z");
const seeded = { seed: 20_270_201, numRuns: 300 };

/** A rate card over January, a draft at a time. */
const january = (card: RateCard) => {
  const subscription = subscribe([card], start);
  const [due] = periodsAt(subscription, monthEnd);
  if (due === undefined) throw new Error("January is due at its end");
  /** The line over a period that is drafted with one quantity since its whole began, and collected with another. */
  const bill = (
    period: ServicePeriod,
    quantities: readonly [string, string],
    earlier: readonly RatedPart[],
  ): InvoiceLine => {
    const [drafted, collected] = quantities;
    const input = { of: { subscription, period }, measure: null, usage: ok(usageOf(drafted)), earlier };
    const draft = draftInvoice(pricing, {
      id: nextId() as InvoiceId, // new ids
      namespace: "default",
      number: "DRAFT-ACME-1",
      customer: { id: subscription.customerId, key: "acme", name: "Acme Inc", subjectKeys: ["acme"] },
      currency: usd,
      profile: builtInBillingProfile,
      lines: [{ id: nextId() as InvoiceLineId, ...input }],
      at: period.invoiceAt,
      now: period.invoiceAt,
    });
    if (draft === null) throw new Error("a line with usage is printed");
    const read = new Map(draft.lines.map(({ id }) => [id, { usage: ok(usageOf(collected)), earlier }]));
    const [line] = collectUsage(pricing, draft, { collected: read, currency: usd, now: period.invoiceAt }).lines;
    if (line === undefined) throw new Error("a draft has a line");
    return line;
  };
  return { period: due.period, bill };
};

/** The parts of January cut at these instants, each with what was used by its end; `isVoided`: counts as not billed. */
const billInParts = (
  card: RateCard,
  cuts: readonly Readonly<{ at: Instant; quantity: string; isVoided: boolean }>[],
  last: string,
): readonly Readonly<{ line: InvoiceLine; isVoided: boolean }>[] => {
  const { period, bill } = january(card);
  const billed: { line: InvoiceLine; isVoided: boolean }[] = [];
  const earlier = () => billed.filter(({ isVoided }) => !isVoided).map(({ line }) => line.rating.part);
  let rest = period;
  for (const { at: until, quantity, isVoided } of cuts) {
    billed.push({ line: bill(partUntil(rest, until), [quantity, quantity], earlier()), isVoided });
    rest = {
      ...rest,
      key: `${period.key}/from[${until}]`,
      servicePeriod: { start: until, end: period.servicePeriod.end },
    };
  }
  billed.push({ line: bill(rest, ["0", last], earlier()), isVoided: false });
  return billed;
};

const anyAmount = fc
  .integer({ min: 0, max: 9_999 })
  .map((tenths) => formatDecimal({ coefficient: BigInt(tenths), scale: 3 }));

const anyPrice: fc.Arbitrary<object> = fc.oneof(
  anyAmount.map((amount) => ({ type: "unit", amount: dec(amount) })),
  anyAmount.map((multiplier) => ({ type: "dynamic", multiplier: dec(multiplier) })),
  fc.tuple(anyAmount, fc.constantFrom("0.5", "3", "7")).map(([amount, size]) => ({
    type: "package",
    amount: dec(amount),
    quantityPerPackage: dec(size),
  })),
  fc.tuple(anyAmount, anyAmount, fc.option(anyAmount)).map(([low, high, entry]) => ({
    type: "graduated",
    tiers: [
      { upTo: dec("5"), unitAmount: dec(low), flatAmount: null },
      { upTo: null, unitAmount: dec(high), flatAmount: entry === null ? null : dec(entry) },
    ],
  })),
);

const anyCard: fc.Arbitrary<RateCard> = fc
  .record({
    price: anyPrice,
    percentage: fc.option(fc.constantFrom("10", "33.3", "50")),
    free: fc.option(fc.constantFrom("1", "2.5")),
    range: fc.option(fc.constantFrom(["0", "4"], ["2", "6"], ["15", "15"])),
  })
  .map(({ price, percentage, free, range }) =>
    rateCard("calls", price as unknown as Price, {
      discounts: {
        ...noDiscounts,
        percentage: percentage === null ? null : { percentage: dec(percentage), correlationId: null },
        usage: free === null ? null : { quantity: dec(free), correlationId: null },
      },
      commitments:
        range === null ? noCommitments : { minimumAmount: dec(range[0] ?? "0"), maximumAmount: dec(range[1] ?? "0") },
    }),
  );

/** Rising, in thousandths: what was used by each cut and by the end. */
const anyCuts = fc
  .array(
    fc.record({ second: fc.integer({ min: 1, max: 31 * 86_400 - 1 }), used: fc.nat(5_000), isVoided: fc.boolean() }),
    {
      maxLength: 5,
    },
  )
  .map((cuts) => {
    let used = 0;
    return cuts
      .toSorted((a, b) => a.second - b.second)
      .filter(({ second }, index, all) => second !== all[index - 1]?.second)
      .map((cut) => ({
        at: instant(start + cut.second * 1_000),
        quantity: formatDecimal({ coefficient: BigInt((used += cut.used)), scale: 3 }),
        isVoided: cut.isVoided,
      }));
  });

const totalOf = (lines: readonly InvoiceLine[]): string =>
  formatDecimal(sum(lines.map(({ rating }) => rating.totals.total)));

describe("however a service period is cut", () => {
  test("its parts come to what it costs at once, whatever was voided on the way", () => {
    fc.assert(
      fc.property(anyCard, anyCuts, fc.nat(5_000), (card, cuts, more) => {
        const used = dec(cuts.at(-1)?.quantity ?? "0");
        const last = formatDecimal(add(used, { coefficient: BigInt(more), scale: 3 }));
        const { period, bill } = january(card);
        const live = billInParts(card, cuts, last).filter(({ isVoided }) => !isVoided);
        expect(totalOf(live.map(({ line }) => line))).toBe(totalOf([bill(period, [last, last], [])]));
        expect(live.map(({ line }) => line.isFinal)).toEqual(live.map((_, index) => index === live.length - 1));
      }),
      seeded,
    );
  });

  test("each part says what the whole had before it, and what it adds", () => {
    fc.assert(
      fc.property(anyCard, anyCuts, (card, cuts) => {
        const lines = billInParts(
          card,
          cuts.map((cut) => ({ ...cut, isVoided: false })),
          "40",
        ).map(({ line }) => line);
        let before = "0";
        for (const { usage, rating } of lines) {
          const { metered } = rating.quantities;
          expect(formatDecimal(metered.before)).toBe(before);
          before = formatDecimal(add(metered.before, metered.part));
          expect(before).toBe(usage === null ? null : formatDecimal(usage.quantity));
        }
      }),
      seeded,
    );
  });
});

test("an empty last part has what is missing to the minimum", () => {
  const card = rateCard("calls", { type: "unit", amount: dec("0.5") } as Price, {
    commitments: { minimumAmount: dec("20"), maximumAmount: null },
  });
  const { period, bill } = january(card);
  const cut = at("2027-01-11T00:00:00Z");
  const whole = { start, end: cut };
  const first = bill(partUntil(period, cut), ["7", "7.5"], []);
  const last = bill(
    { ...period, servicePeriod: { start: cut, end: cut }, wholePeriod: whole, invoiceAt: cut },
    ["7.5", "7.5"],
    [first.rating.part],
  );
  expect([first, last].map(({ rating }) => formatDecimal(rating.totals.total))).toEqual(["3.75", "16.25"]);
  expect(formatDecimal(last.rating.totals.chargesTotal)).toBe("16.25");
  expect(formatDecimal(last.rating.quantities.metered.part)).toBe("0");
});
