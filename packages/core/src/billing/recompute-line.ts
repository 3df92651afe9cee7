import { type Invoice, type InvoiceLine, type LineRating, rateLine } from "@meter/invoicing";
import { describeRateError, type Pricing } from "@meter/pricing";
import { assert, compare, type Decimal, err, findCurrency, ok, type Result } from "@meter/primitives";
import type { LogId } from "../shared/event-log.ts";
import { usageWaitMs } from "../metering/fresh-usage.ts";
import { readAtSource, type ReadAtSourceDeps, type UsageNotRead } from "./read-quantity.ts";

export type RecomputeLineDeps = ReadAtSourceDeps & Readonly<{ pricing: Pricing }>;

/** A line, and what it comes to when it is computed again from its rate card and the events below its positions. */
export type RecomputedLine = Readonly<{
  line: InvoiceLine;
  /** Null for a fixed amount. */
  quantity: Decimal | null;
  rating: LineRating;
  /** Whether quantity, totals and exact amount are those that are stored. */
  equal: boolean;
}>;

/**
 * Reads the quantity of a line where it was read, whatever arrived since: from the beginning of the whole service period to the
 * end of the line. Null for a fixed amount.
 */
export const readAgain = async (
  deps: RecomputeLineDeps,
  namespace: string,
  { usage, wholePeriod, servicePeriod }: Pick<InvoiceLine, "usage" | "wholePeriod" | "servicePeriod">,
): Promise<Result<Decimal | null, UsageNotRead>> => {
  if (usage === null) return ok(null);
  // Usage may be behind its own past: after a loss of power it is written again from the log.
  const positions = usage.source.positions.map((position) => ({ ...position, log: position.log as LogId })); // read from a log before
  if (!(await deps.freshness.reach(positions, usageWaitMs)))
    return err({
      type: "usage_not_read",
      reason: "usage has not caught up with the positions of the line",
      lasting: false,
    });
  return readAtSource(deps, namespace, usage.source, { start: wholePeriod.start, end: servicePeriod.end });
};

export const recomputeLine = async (
  deps: RecomputeLineDeps,
  { namespace, currency: code }: Pick<Invoice, "namespace" | "currency">,
  line: InvoiceLine,
): Promise<Result<RecomputedLine, UsageNotRead>> => {
  const currency = findCurrency(code);
  assert(currency !== null, `the currency ${code} of an invoice is known`);
  const quantity = await readAgain(deps, namespace, line);
  if (!quantity.ok) return quantity;
  const { earlier } = line.rating.explanation.given; // as they were then: one that was voided since is still among them
  const rated = rateLine(deps.pricing, { ...line, currency, quantity: quantity.value, earlier });
  assert(rated.ok, `what was rated can be rated again: ${rated.ok ? "" : describeRateError(rated.error)}`);
  const rating = rated.value;
  return ok({ line, quantity: quantity.value, rating, equal: isEqual(line, quantity.value, rating) });
};

const isEqual = ({ usage, rating: stored }: InvoiceLine, quantity: Decimal | null, rating: LineRating): boolean =>
  (quantity === null ? usage === null : usage !== null && compare(usage.quantity, quantity) === 0) &&
  (["amount", "chargesTotal", "discountsTotal", "total"] as const).every(
    (name) => compare(stored.totals[name], rating.totals[name]) === 0,
  ) &&
  stored.exact === rating.exact;
