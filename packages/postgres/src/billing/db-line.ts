import type { PriceModels } from "@meter/catalog";
import type { Invoice, InvoiceLine, InvoiceLineId, LineRating, LineUsage, UsageSource } from "@meter/invoicing";
import type { Counted, RatedDetail } from "@meter/pricing";
import { assert } from "@meter/primitives";
import type { Selectable } from "kysely";
import { fromDbDecimal, fromDbInstant, toDbDecimal, toDbInstant, toDbJson, toDbJsonb } from "../columns.ts";
import type { DbColumns, InvoiceLinesTable } from "../database.ts";
import { fromDbRateCard, toDbRateCard } from "../rate-card.ts";
import { fromDbTotals, toDbTotals } from "./db-totals.ts";

/** The form in which `toDbLines` writes quantities, part and explanation. Every form that was ever written can be read. */
const ratingVersion = 1;

export const toDbLines = (invoice: Invoice): readonly DbColumns<"invoice_lines", keyof InvoiceLinesTable>[] =>
  invoice.lines.map((line, position) => ({
    namespace: invoice.namespace,
    id: line.id,
    invoice_id: invoice.id,
    voided: invoice.status === "voided",
    position,
    charge_key: line.chargeKey,
    whole_key: line.wholeKey,
    whole_period_start: toDbInstant(line.wholePeriod.start),
    whole_period_end: toDbInstant(line.wholePeriod.end),
    is_final: line.isFinal,
    subscription_id: line.subscription.id,
    subscription_phase_id: line.subscription.phaseId,
    subscription_item_id: line.subscription.itemId,
    name: line.name,
    description: line.description,
    ...toDbRateCard(line.rateCard),
    service_period_start: toDbInstant(line.servicePeriod.start),
    service_period_end: toDbInstant(line.servicePeriod.end),
    full_service_period_start: toDbInstant(line.fullServicePeriod.start),
    full_service_period_end: toDbInstant(line.fullServicePeriod.end),
    billing_period_start: toDbInstant(line.billingPeriod.start),
    billing_period_end: toDbInstant(line.billingPeriod.end),
    invoice_at: toDbInstant(line.invoiceAt),
    proration_numerator: String(line.proration.numerator),
    proration_denominator: String(line.proration.denominator),
    quantity: line.usage === null ? null : toDbDecimal(line.usage.quantity),
    usage_source: line.usage === null ? null : toDbJsonb(line.usage.source),
    ...toDbTotals(line.rating.totals),
    exact: line.rating.exact,
    rating_version: ratingVersion,
    quantities: toDbJson(printQuantities(line.rating.quantities)),
    rated_part: toDbJson(line.rating.part),
    explanation: toDbJson(line.rating.explanation),
  }));

/** `details`: the line's, in ascending order of position. Throws when a form is unknown. */
export const fromDbLine = (
  row: Selectable<InvoiceLinesTable>,
  { details, models }: Readonly<{ details: readonly RatedDetail[]; models: PriceModels }>,
): InvoiceLine => ({
  id: row.id as InvoiceLineId, // what toDbLines wrote
  chargeKey: row.charge_key,
  wholeKey: row.whole_key,
  wholePeriod: { start: fromDbInstant(row.whole_period_start), end: fromDbInstant(row.whole_period_end) },
  isFinal: row.is_final,
  subscription: {
    id: row.subscription_id,
    phaseId: row.subscription_phase_id,
    itemId: row.subscription_item_id,
  },
  name: row.name,
  description: row.description,
  rateCard: fromDbRateCard(row, { models, of: `the rate card of invoice line ${row.id}` }),
  servicePeriod: { start: fromDbInstant(row.service_period_start), end: fromDbInstant(row.service_period_end) },
  fullServicePeriod: {
    start: fromDbInstant(row.full_service_period_start),
    end: fromDbInstant(row.full_service_period_end),
  },
  billingPeriod: { start: fromDbInstant(row.billing_period_start), end: fromDbInstant(row.billing_period_end) },
  invoiceAt: fromDbInstant(row.invoice_at),
  proration: { numerator: BigInt(row.proration_numerator), denominator: BigInt(row.proration_denominator) },
  usage: fromDbUsage(row),
  rating: fromDbRating(row, details),
});

const fromDbUsage = ({ quantity, usage_source }: Selectable<InvoiceLinesTable>): LineUsage | null =>
  quantity === null ? null : { quantity: fromDbDecimal(quantity), source: usage_source as UsageSource }; // by invoice_lines_usage_check, as it was written

/** Figures are those of the columns. What is in JSON tells how they came about. */
const fromDbRating = (row: Selectable<InvoiceLinesTable>, details: readonly RatedDetail[]): LineRating => ({
  totals: fromDbTotals(row),
  exact: row.exact,
  details,
  ...readRating(row),
});

/** Reads the JSON that `toDbLines` writes, in every form that was ever written. */
export const readRating = (
  row: Pick<Selectable<InvoiceLinesTable>, "id" | "rating_version" | "quantities" | "rated_part" | "explanation">,
): Pick<LineRating, "quantities" | "part" | "explanation"> => {
  assert(
    row.rating_version === ratingVersion,
    `invoice line ${row.id} is stored in form ${row.rating_version}, which this version does not know: run the version that wrote it, or a newer one`,
  );
  return {
    quantities: mapQuantities(row.quantities as DbQuantities, readCounted), // by its version, here and below
    part: row.rated_part as LineRating["part"],
    explanation: row.explanation as LineRating["explanation"],
  };
};

type DbCounted = Readonly<{ before: string; part: string }>;

/** What toDbLines writes into `quantities`. */
export type DbQuantities = Readonly<Record<keyof LineRating["quantities"], DbCounted>>;

export const printQuantities = (quantities: LineRating["quantities"]): DbQuantities =>
  mapQuantities(quantities, printCounted);

const printCounted = ({ before, part }: Counted): DbCounted => ({
  before: toDbDecimal(before),
  part: toDbDecimal(part),
});

const readCounted = ({ before, part }: DbCounted): Counted => ({
  before: fromDbDecimal(before),
  part: fromDbDecimal(part),
});

const mapQuantities = <A, B>(
  { metered, converted, free, billable }: Readonly<Record<keyof LineRating["quantities"], A>>,
  change: (quantity: A) => B,
): Readonly<Record<keyof LineRating["quantities"], B>> => ({
  metered: change(metered),
  converted: change(converted),
  free: change(free),
  billable: change(billable),
});
