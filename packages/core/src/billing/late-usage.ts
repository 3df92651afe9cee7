import { type InvoiceLine, rateLine } from "@meter/invoicing";
import { describeRateError, type Pricing } from "@meter/pricing";
import { assert, compare, type Decimal, findCurrency, ok, type Result, subtract } from "@meter/primitives";
import type { BilledLine } from "./billing-store.ts";
import type { QuantityReading, UsageNotRead } from "./read-quantity.ts";

/** Usage of a service period that came in after its last line was issued. No invoice has it. */
export type LateUsage = Readonly<{
  billed: BilledLine;
  /** Of the whole service period, as it was billed, and by now. */
  quantityBilled: Decimal;
  quantity: Decimal;
  /** Below zero when less counts by now. */
  quantityLate: Decimal;
  /** What the line would have come to more, at its own price; null when that cannot be rated. */
  amount: Decimal | null;
  /** Why it cannot. */
  reason: string | null;
}>;

/** A line of which nothing is known: what measured it is not there any more. */
export type UncheckedUsage = Readonly<{ billed: BilledLine; reason: string }>;

export type CheckedUsage =
  | Readonly<{ type: "complete" }>
  | (Readonly<{ type: "late" }> & LateUsage)
  | (Readonly<{ type: "unchecked" }> & UncheckedUsage);

/**
 * Reads the usage of a line that ended its service period once more, of the same meter, subjects and filters, with all that has
 * arrived since. What is late is the difference; what it costs is the difference of two ratings, since prices are no sums.
 */
export const checkUsage = async (
  { pricing, reading }: Readonly<{ pricing: Pricing; reading: QuantityReading }>,
  billed: BilledLine,
): Promise<Result<CheckedUsage, UsageNotRead>> => {
  const { namespace, line } = billed;
  const { usage, wholePeriod, servicePeriod } = line;
  assert(usage !== null, `the line ${line.id} depends on usage`);
  const read = await reading.read({
    namespace,
    measured: { type: "source", meterId: usage.source.meterId, filters: usage.source.filters },
    subjects: usage.source.subjects,
    period: { start: wholePeriod.start, end: servicePeriod.end },
  });
  if (!read.ok) return read.error.lasting ? ok({ type: "unchecked", billed, reason: read.error.reason }) : read;
  const { quantity } = read.value;
  if (compare(quantity, usage.quantity) === 0) return ok({ type: "complete" });
  return ok({
    type: "late",
    billed,
    quantityBilled: usage.quantity,
    quantity,
    quantityLate: subtract(quantity, usage.quantity),
    ...costMore(pricing, billed, quantity),
  });
};

const costMore = (
  pricing: Pricing,
  { line, currency: code }: BilledLine,
  quantity: Decimal,
): Pick<LateUsage, "amount" | "reason"> => {
  const currency = findCurrency(code);
  assert(currency !== null, `the currency ${code} of an invoice is known`);
  const rated = rateLine(pricing, { ...line, currency, quantity, earlier: earlierOf(line) });
  return rated.ok
    ? { amount: subtract(rated.value.totals.total, line.rating.totals.total), reason: null }
    : { amount: null, reason: describeRateError(rated.error) };
};

/** As they were when the line was rated: one that was voided since is no matter of what came late. */
const earlierOf = ({ rating }: InvoiceLine) => rating.explanation.given.earlier;
