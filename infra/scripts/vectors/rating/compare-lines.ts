import { formatDecimal, isZero, parseDecimal, sum, zero, type Decimal } from "@meter/primitives";
import type { Rated, RatedDetail } from "@meter/pricing";
import { Malformed, objectsAt, textAt } from "../calendar/read.ts";
import { isArray, isObject, type Json, type JsonObject } from "../json.ts";
import type { Mismatch } from "../vector.ts";

/** One detail as vectors write it: numbers as canonical texts. */
export type Line = Readonly<{ ref: string; quantity: string; unitPrice: string; amount: string; total: string }>;

/** The details as a multiset of (reference, quantity, unit price, amount, total). */
export const compareLines = (
  at: string,
  expected: readonly Line[],
  details: readonly RatedDetail[],
): readonly Mismatch[] => {
  const show = (lines: readonly Line[]): readonly string[] =>
    lines.map((line) => `${line.ref}: ${line.quantity} × ${line.unitPrice} = ${line.amount}, ${line.total}`).toSorted();
  const [wanted, found] = [show(expected), show(details.map(toLine))];
  return wanted.length === found.length && wanted.every((line, index) => line === found[index])
    ? []
    : [{ at, expected: wanted, found }];
};

/** The expected details, in either way of writing them. */
export const linesOf = (expect: JsonObject): readonly Line[] | null => {
  const name = ["detailedLines", "lines"].find((one) => isArray(expect[one]));
  return name === undefined ? null : objectsAt(expect, name).map(readLine);
};

/** amount, chargesTotal, discountsTotal and total, as far as they are expected. Credits are not a matter of rating. */
export const compareTotals = (at: string, expected: JsonObject, found: Totals): readonly Mismatch[] =>
  totalNames.flatMap((name) => {
    if (expected[name] === undefined) return [];
    return compareNumber(`${at}.${name}`, expected[name], found[name]);
  });

export type Totals = Readonly<Record<(typeof totalNames)[number], Decimal>>;

const totalNames = ["amount", "chargesTotal", "discountsTotal", "total"] as const;

export const totalsOf = (rated: readonly Pick<Rated, "amount" | "details">[]): Totals => {
  const details = rated.flatMap((part) => part.details);
  const amounts = (category: RatedDetail["category"]): Decimal =>
    sum(details.filter((detail) => detail.category === category).map(({ amount }) => amount));
  return {
    amount: amounts("regular"),
    chargesTotal: amounts("commitment"),
    discountsTotal: sum(details.flatMap(({ discounts }) => discounts.map(({ amount }) => amount))),
    total: sum(rated.map(({ amount }) => amount)),
  };
};

/** Equal as numbers; null and zero are different. */
export const compareNumber = (at: string, expected: Json | undefined, found: Decimal | null): readonly Mismatch[] => {
  const shown = found === null ? null : formatDecimal(found);
  const wanted =
    typeof expected === "string" || typeof expected === "number" ? canonical(at, String(expected)) : expected;
  return (wanted ?? null) === shown ? [] : [{ at, expected: wanted, found: shown }];
};

/** Billable quantities and the usage discount of a part, as far as they are expected. */
export const compareQuantities = (at: string, expect: JsonObject, { quantities }: Rated): readonly Mismatch[] => [
  ...("billableQuantity" in expect
    ? compareNumber(`${at}.billableQuantity`, expect["billableQuantity"], quantities.billable.part)
    : []),
  ...("billablePreLineQuantity" in expect
    ? compareNumber(`${at}.billablePreLineQuantity`, expect["billablePreLineQuantity"], quantities.billable.before)
    : []),
  ...("usageDiscount" in expect ? compareUsageDiscount(at, expect["usageDiscount"], quantities.free) : []),
];

/** A usage discount that takes nothing is none, one that took nothing before says null. */
export const compareUsageDiscount = (
  at: string,
  expected: Json | undefined,
  free: Rated["quantities"]["free"],
): readonly Mismatch[] => {
  const found = isZero(free.part) ? null : free;
  if (!isObject(expected)) {
    return found === null
      ? []
      : [{ at: `${at}.usageDiscount`, expected: expected ?? null, found: formatDecimal(free.part) }];
  }
  const before = found === null || isZero(found.before) ? null : found.before;
  return [
    ...compareNumber(`${at}.usageDiscount.quantity`, expected["quantity"], found?.part ?? null),
    ...compareNumber(`${at}.usageDiscount.preLinePeriodQuantity`, expected["preLinePeriodQuantity"], before),
  ];
};

const readLine = (line: JsonObject): Line => {
  const number = (...names: readonly string[]): string => {
    const name = names.find((one) => line[one] !== undefined) ?? names[0] ?? "";
    return canonical(name, textAt(line, name));
  };
  const totals = isObject(line["totals"]) ? line["totals"] : line;
  return {
    ref: textAt(line, "ref"),
    quantity: number("quantity"),
    unitPrice: number("perUnitAmount", "unitPrice"),
    amount: number("amount"),
    total: canonical("total", textAt(totals, "total")),
  };
};

const toLine = ({ reference, quantity, perUnitAmount, amount, total }: RatedDetail): Line => ({
  ref: reference,
  quantity: formatDecimal(quantity),
  unitPrice: formatDecimal(perUnitAmount),
  amount: formatDecimal(amount),
  total: formatDecimal(total),
});

const canonical = (at: string, text: string): string => {
  const decimal = parseDecimal(text);
  if (!decimal.ok) throw new Malformed({ at, expected: "a decimal number", found: text });
  return formatDecimal(decimal.value);
};

/** What a part comes to that has nothing on it. */
export const emptyPart: Pick<Rated, "amount" | "details"> = { amount: zero, details: [] };
