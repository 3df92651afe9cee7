import {
  createPricing,
  builtInModels,
  toRatedPart,
  type Rated,
  type RatedPart,
  type RatedRateCard,
} from "@meter/pricing";
import { add, dec, zero, type Currency, type Decimal } from "@meter/primitives";
import { decimalAt, Malformed, objectAt, objectsAt, optional, textAt, wordAt } from "../calendar/read.ts";
import { sameJson, type Json, type JsonObject } from "../json.ts";
import type { Mismatch } from "../vector.ts";
import {
  compareLines,
  compareNumber,
  compareQuantities,
  compareTotals,
  emptyPart,
  linesOf,
  totalsOf,
} from "./compare-lines.ts";
import { answered, expectedErrorOf, type Judge } from "./judge.ts";
import { currencyOf, rateCardOf } from "./rate-card.ts";

export const pricing = createPricing({ models: builtInModels });

/** One line, whose history is known by quantity only. */
export const judgeRating: Judge = (content) => {
  const rateCard = rateCardOf(content);
  const part = partOf(content);
  const expect = objectAt(content, "expect");
  const rated = collect({ rateCard, currency: currencyOf(content), part, earlier: [] });
  if (expectedErrorOf(expect) !== null) return []; // that nothing refused it says the caller
  return rated === null ? compareNothing("expect", expect) : comparePart("expect", expect, rated);
};

/** Several parts of one service period; then their sums, and the bill that was not cut. */
export const judgeSplitSequence: Judge = (content) => {
  const rateCard = rateCardOf(content);
  const currency = currencyOf(content);
  const parts: (Rated | null)[] = [];
  const mismatches: Mismatch[] = [];
  let used = zero;
  for (const [index, step] of objectsAt(content, "steps").entries()) {
    const part = partOf(step);
    used = add(part.before, part.quantity);
    const expect = objectAt(step, "expect");
    const earlier = parts.flatMap((one) => (one === null ? [] : [toRatedPart(one)]));
    const rated = collect({ rateCard, currency, part: { ...part, first: index === 0 }, earlier });
    parts.push(rated);
    const at = `steps[${index}].expect`;
    if ("error" in expect) mismatches.push({ at, expected: expect["error"], found: "no error" });
    else mismatches.push(...(rated === null ? compareNothing(at, expect) : comparePart(at, expect, rated)));
  }
  const uncut = answered(pricing.rate({ rateCard, currency, usage: { total: used }, earlier: [], final: true }));
  return [
    ...mismatches,
    ...compareTotals("sumTotals", objectAt(content, "sumTotals"), totalsOf(parts.map((one) => one ?? emptyPart))),
    ...compareTotals("unsplitTotals", optional(objectAt, content, "unsplitTotals") ?? {}, totalsOf([uncut])),
  ];
};

/** Cumulative quantities, rated one after the other; only the total of each phase is ours to judge. The last is final. */
export const judgeDeltaSequence: Judge = (content) => {
  const phases = objectsAt(content, "phases");
  const quantities = phases.map((phase) => decimalAt(phase, "cumulativeQuantity"));
  const parts = cut({ rateCard: rateCardOf(content), currency: currencyOf(content), quantities });
  return phases.flatMap((phase, index) => {
    const total = objectAt(objectAt(phase, "expect"), "totals")["total"];
    return compareNumber(`phases[${index}].expect.totals.total`, total, parts[index]?.amount ?? null);
  });
};

/** What a final part adds to an earlier one. */
export const judgeSubtract: Judge = (content) => {
  const quantities = [decimalAt(content, "previousQuantity"), decimalAt(content, "newQuantity")];
  const parts = cut({ rateCard: rateCardOf(content), currency: currencyOf(content), quantities });
  const total = objectAt(objectAt(content, "expect"), "totals")["total"];
  return compareNumber("expect.totals.total", total, parts.at(-1)?.amount ?? null);
};

/**
 * A whole period of usage, which is one line of an invoice: how many details and in which order, the quantities, what it
 * comes to. As much of this as is expected, and at least something.
 */
export const judgeIntegration: Judge = (content) => {
  const rateCard = rateCardOf(content);
  const total = optional(decimalAt, content, "usage") ?? zero;
  const rated = answered(
    pricing.rate({ rateCard, currency: currencyOf(content), usage: { total }, earlier: [], final: true }),
  );
  const expect = objectAt(content, "expect");
  const { details, quantities } = rated;
  const checks: Readonly<Record<string, (expected: Json) => readonly Mismatch[]>> = {
    lines: (expected) => compareNumber("expect.lines", expected, dec("1")),
    validationIssues: (expected) => compareNumber("expect.validationIssues", expected, zero),
    detailedLines: (expected) =>
      Array.isArray(expected)
        ? compareLines("expect.detailedLines", linesOf(expect) ?? [], details)
        : compareNumber("expect.detailedLines", expected, dec(String(details.length))),
    indexes: (expected) => compareJson("expect.indexes", expected, [...details.keys()]),
    lastCategory: (expected) => compareJson("expect.lastCategory", expected, details.at(-1)?.category ?? null),
    quantity: (expected) => compareNumber("expect.quantity", expected, quantities.billable.part),
    meteredQuantity: (expected) => compareNumber("expect.meteredQuantity", expected, quantities.metered.part),
    displayUnit: (expected) => compareJson("expect.displayUnit", expected, rateCard.unitConfig?.displayUnit ?? null),
    totals: () => compareTotals("expect.totals", objectAt(expect, "totals"), totalsOf([rated])),
  };
  const named = Object.keys(checks).filter((name) => expect[name] !== undefined);
  const totals = ["amount", "chargesTotal", "discountsTotal", "total"].filter((name) => expect[name] !== undefined);
  if (named.length + totals.length === 0) throw new Malformed({ at: "expect", expected: "something", found: expect });
  return [
    ...named.flatMap((name) => checks[name]?.(expect[name] ?? null) ?? []),
    ...compareTotals("expect", expect, totalsOf([rated])),
  ];
};

const compareJson = (at: string, expected: Json, found: Json): readonly Mismatch[] =>
  sameJson(expected, found) ? [] : [{ at, expected, found }];

type Part = Readonly<{ quantity: Decimal; before: Decimal; first: boolean; final: boolean }>;

const lineModes = [
  "single",
  "single_per_period",
  "split_first",
  "split_start",
  "first_in_period_split",
  "split_mid",
  "mid_period_split",
  "split_last",
  "last_in_period_split",
] as const;

/** Which part of its period a line is. A single line with an earlier quantity is not the first. */
const partOf = (content: JsonObject): Part => {
  const quantity = decimalAt(content, "quantity");
  const before = content["preLineQuantity"] === undefined ? zero : decimalAt(content, "preLineQuantity");
  const mode = wordAt(content, "lineMode", lineModes);
  const single = mode === "single" || mode === "single_per_period";
  const first = (single && before.coefficient === 0n) || /first|start/.test(mode);
  return { quantity, before, first, final: single || mode.includes("last") };
};

/**
 * A part as the collector rates it: a price that is not cut is on no part but the last, and whole there. Without stored parts,
 * what came before is rated from its quantity.
 */
const collect = ({
  rateCard,
  currency,
  part,
  earlier,
}: Readonly<{
  rateCard: RatedRateCard;
  currency: Currency;
  part: Part;
  earlier: readonly RatedPart[];
}>): Rated | null => {
  const { quantity, before, first, final } = part;
  const type = rateCard.price?.type ?? "";
  if (pricing.models[type]?.cuts === "never" && !final) return null;
  if (earlier.length > 0) {
    return answered(pricing.rate({ rateCard, currency, usage: { total: add(before, quantity) }, earlier, final }));
  }
  return answered(
    pricing.rateStateless({ rateCard, currency, quantity, quantityBefore: first ? null : before, final }),
  );
};

/** Every quantity a part of its own, the last one final. */
const cut = ({
  rateCard,
  currency,
  quantities,
}: Readonly<{ rateCard: RatedRateCard; currency: Currency; quantities: readonly Decimal[] }>): readonly Rated[] => {
  const parts: Rated[] = [];
  for (const [index, total] of quantities.entries()) {
    const earlier = parts.map(toRatedPart);
    const final = index === quantities.length - 1;
    parts.push(answered(pricing.rate({ rateCard, currency, usage: { total }, earlier, final })));
  }
  return parts;
};

const comparePart = (at: string, expect: JsonObject, rated: Rated): readonly Mismatch[] => [
  ...compareLines(`${at}.lines`, linesOf(expect) ?? [], rated.details),
  ...compareQuantities(at, expect, rated),
  ...compareTotal(at, expect, [rated]),
];

const compareNothing = (at: string, expect: JsonObject): readonly Mismatch[] => [
  ...compareLines(`${at}.lines`, linesOf(expect) ?? [], []),
  ...compareTotal(at, expect, []),
];

const compareTotal = (at: string, expect: JsonObject, parts: readonly Rated[]): readonly Mismatch[] =>
  "totals" in expect
    ? compareTotals(`${at}.totals`, objectAt(expect, "totals"), totalsOf(parts))
    : compareNumber(`${at}.total`, textAt(expect, "total"), totalsOf(parts).total);
