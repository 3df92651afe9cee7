import type { Price } from "@meter/catalog";
import { noCommitments, noDiscounts } from "@meter/catalog";
import { type RateInput, type RatedPart, toRatedPart } from "@meter/pricing";
import {
  addDuration,
  dec,
  formatDecimal,
  formatInstant,
  formatRatio,
  type Instant,
  parseDuration,
  toRatio,
  utc,
} from "@meter/primitives";
import { nothingBilled, servicePeriodsDue, type Subscription } from "@meter/subscriptions";
import { describe, expect, test } from "vitest";
import { at, calls, draftAt, fee, pricing, subscribe, usd } from "./invoicing.test-support.ts";
import { issueInvoice } from "./lifecycle.ts";

// The rules of docs/guides/billing.md that no other test is named for.

type Input = Readonly<{
  price: object;
  total: string;
  card?: Partial<RateInput["rateCard"]>;
  earlier?: readonly RatedPart[];
  final?: boolean;
}>;

/** Of a service period of which half is left. */
const rateHalf = ({ price, total, card = {}, earlier = [], final = true }: Input) => {
  const rated = pricing.rate({
    rateCard: {
      price: price as Price, // of a type of ours
      discounts: noDiscounts,
      unitConfig: null,
      commitments: noCommitments,
      taxConfig: null,
      ...card,
    },
    currency: usd,
    usage: { total: dec(total) },
    earlier,
    final,
    proration: toRatio(1n, 2n),
  });
  if (!rated.ok) throw new Error(rated.error.type);
  return rated.value;
};
const amountOf = (input: Input): string => formatDecimal(rateHalf(input).amount);
const unit = { type: "unit", amount: dec("1") };

describe("in a service period that is cut short", () => {
  test("a fixed amount is prorated", () => {
    expect(amountOf({ price: { type: "flat", amount: dec("10"), paymentTerm: "in_advance" }, total: "0" })).toBe("5");
  });

  test.each([
    {
      what: "the minimum spend",
      of: { price: unit, total: "1", card: { commitments: { minimumAmount: dec("10"), maximumAmount: null } } },
      is: "10",
    },
    {
      what: "free units",
      of: {
        price: unit,
        total: "12",
        card: { discounts: { percentage: null, usage: { quantity: dec("10"), correlationId: null } } },
      },
      is: "2",
    },
    {
      what: "the flat amount of a tier",
      of: {
        price: { type: "graduated", tiers: [{ upTo: null, unitAmount: dec("1"), flatAmount: dec("7") }] },
        total: "1",
      },
      is: "8",
    },
  ])("$what counts in full", ({ of, is }) => {
    expect(amountOf(of)).toBe(is);
  });
});

test("months of a duration are added before days", () => {
  const duration = parseDuration("P1M1D");
  if (!duration.ok) throw new Error(duration.error.type);
  expect(formatInstant(addDuration(at("2027-01-31T00:00:00Z"), duration.value, utc))).toBe("2027-03-01T00:00:00Z");
});

test("the exact amount is cumulative, the line is not", () => {
  const price = { type: "unit", amount: dec("0.333") };
  const first = rateHalf({ price, total: "10", final: false });
  const second = rateHalf({ price, total: "20", earlier: [toRatedPart(first)] });
  expect([first, second].map(({ exactWhole, amount }) => [formatRatio(exactWhole), formatDecimal(amount)])).toEqual([
    ["3.33", "3.33"],
    ["6.66", "3.33"],
  ]);
});

test("a card of 0.004 a month never comes to a cent", () => {
  const price = { type: "unit", amount: dec("0.004") };
  expect(Array.from({ length: 12 }, () => amountOf({ price, total: "1" }))).toEqual(
    Array.from({ length: 12 }, () => "0"),
  );
  expect(amountOf({ price, total: "12" })).toBe("0.05");
});

describe("times", () => {
  const start = at("2027-01-01T00:00:00Z");
  const due = at("2027-02-01T00:00:00Z");
  const draft = draftAt(subscribe([fee, calls], start), due, "1500");

  test("an invoice over the usage of a month and the fee of the next", () => {
    const { period, invoiceAt, collectionAt, draftUntil } = draft;
    expect([period.start, period.end, invoiceAt, collectionAt ?? due, draftUntil].map(formatInstant)).toEqual([
      "2027-01-01T00:00:00Z",
      "2027-03-01T00:00:00Z",
      "2027-02-01T00:00:00Z",
      "2027-02-01T01:00:00Z",
      "2027-02-01T01:00:00Z",
    ]);
  });

  test("it is due 30 days after it was issued, however late that was", () => {
    const number = { series: "INV", sequence: 1, text: "INV-ACME-1" };
    const { issuedAt, dueAt } = issueInvoice(draft, {
      number,
      creditBalance: dec("0"),
      now: at("2027-02-01T02:00:00Z"),
    });
    expect([issuedAt, dueAt].map(formatInstant)).toEqual(["2027-02-01T02:00:00Z", "2027-03-03T02:00:00Z"]);
  });

  test("without usage there is nothing to collect, and it is issued when it is due", () => {
    const { collectionAt, draftUntil } = draftAt(subscribe([fee], start), due);
    expect([collectionAt, draftUntil]).toEqual([null, due]);
  });

  test("what is paid in advance begins with the billing period, usage is due at its end, and each month has a line", () => {
    const quarterly: Subscription = {
      ...subscribe([fee, calls], start),
      billingCadence: { years: 0, months: 3, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0 },
    };
    const until = at("2027-04-01T00:00:00Z");
    const periods = servicePeriodsDue(quarterly, {
      until,
      billed: nothingBilled,
      atSubscriptionEnd: "bill_actual_period",
    });
    const month = (instant: Instant): string => formatInstant(instant).slice(5, 10);
    const first = [...periods].filter(({ servicePeriod }) => servicePeriod.start < until);
    expect(
      first.map(({ item, servicePeriod, billingPeriod, invoiceAt }) => [
        item.key,
        [servicePeriod.start, servicePeriod.end].map(month).join(" to "),
        [billingPeriod.start, billingPeriod.end].map(month).join(" to "),
        month(invoiceAt),
      ]),
    ).toEqual([
      ["fee", "01-01 to 02-01", "01-01 to 04-01", "01-01"],
      ["fee", "02-01 to 03-01", "01-01 to 04-01", "01-01"],
      ["fee", "03-01 to 04-01", "01-01 to 04-01", "01-01"],
      ["calls", "01-01 to 02-01", "01-01 to 04-01", "04-01"],
      ["calls", "02-01 to 03-01", "01-01 to 04-01", "04-01"],
      ["calls", "03-01 to 04-01", "01-01 to 04-01", "04-01"],
    ]);
  });
});
