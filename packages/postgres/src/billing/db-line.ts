import type { PriceModels } from "@meter/catalog";
import type {
  Invoice,
  InvoiceLine,
  InvoiceLineId,
  LineIssue,
  LineRating,
  LineTerms,
  LineUsage,
  Measure,
  OpenLine,
  UsageSource,
} from "@meter/invoicing";
import type { Counted, RatedDetail } from "@meter/pricing";
import { assert } from "@meter/primitives";
import type { RawBuilder, Selectable } from "kysely";
import { fromDbDecimal, fromDbInstant, toDbDecimal, toDbInstant, toDbJson, toDbJsonb, toDbReason } from "../columns.ts";
import type { DbColumns, InvoiceLinesTable } from "../database.ts";
import { fromDbRateCard, toDbRateCard } from "../catalog/rate-card.ts";
import { type DbTotals, fromDbTotals, toDbTotals } from "./db-totals.ts";

/** The form in which `toDbLines` writes quantities, part and explanation. Every form that was ever written can be read. */
const ratingVersion = 1;

type DbLine = DbColumns<"invoice_lines", keyof InvoiceLinesTable>;

/** Open lines stand behind the others. */
export const toDbLines = (invoice: Invoice): readonly DbLine[] =>
  [...invoice.lines, ...(invoice.status === "draft" ? invoice.openLines : [])].map((line, position) => ({
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
    usage_source: toDbSource(line),
    ...("rating" in line ? toDbRating(line.rating) : toDbIssue(line.issue)),
  }));

type RatingColumn =
  | keyof DbTotals
  | "exact"
  | "rating_version"
  | "quantities"
  | "rated_part"
  | "explanation"
  | "issue_code"
  | "issue_message";

const toDbRating = (rating: LineRating): Pick<DbLine, RatingColumn> => ({
  ...toDbTotals(rating.totals),
  exact: rating.exact,
  rating_version: ratingVersion,
  quantities: toDbJson(printQuantities(rating.quantities)),
  rated_part: toDbJson(rating.part),
  explanation: toDbJson(rating.explanation),
  issue_code: null,
  issue_message: null,
});

const toDbIssue = ({ code, message }: LineIssue): Pick<DbLine, RatingColumn> => ({
  amount: null,
  charges_total: null,
  discounts_total: null,
  credits_total: null,
  total: null,
  exact: null,
  rating_version: null,
  quantities: null,
  rated_part: null,
  explanation: null,
  issue_code: code,
  issue_message: toDbReason(message),
});

/** The rated line, or the open one. `details`: the line's, in ascending order of position. Throws when a form is unknown. */
export const fromDbLine = (
  row: Selectable<InvoiceLinesTable>,
  { details, models }: Readonly<{ details: readonly RatedDetail[]; models: PriceModels }>,
): InvoiceLine | OpenLine => {
  const line = { ...fromDbTerms(row, models), usage: fromDbUsage(row) };
  if (row.issue_code === null) return { ...line, rating: fromDbRating(row, details) };
  const code = row.issue_code as LineIssue["code"]; // what toDbLines wrote
  return { ...line, issue: { code, message: row.issue_message ?? "" } };
};

const fromDbTerms = (row: Selectable<InvoiceLinesTable>, models: PriceModels): LineTerms => ({
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
  measure: fromDbMeasure(row),
});

/** Before it is read, what will be read: `usage_source` is then a `Measure` alone. */
const toDbSource = ({ measure, usage }: InvoiceLine | OpenLine): RawBuilder<unknown> | null => {
  const source: Measure | UsageSource | null = usage?.source ?? measure;
  return source === null ? null : toDbJsonb(source);
};

const fromDbMeasure = ({ usage_source }: Selectable<InvoiceLinesTable>): Measure | null => {
  if (usage_source === null) return null;
  const { meterId, filters } = usage_source as Measure; // as it was written
  return { meterId, filters };
};

const fromDbUsage = ({ quantity, usage_source }: Selectable<InvoiceLinesTable>): LineUsage | null =>
  quantity === null ? null : { quantity: fromDbDecimal(quantity), source: usage_source as UsageSource }; // by invoice_lines_usage_check, as it was written

/** Figures are those of the columns. What is in JSON tells how they came about. */
const fromDbRating = (row: Selectable<InvoiceLinesTable>, details: readonly RatedDetail[]): LineRating => {
  const { amount, charges_total, discounts_total, credits_total, total, exact } = row;
  const figures = { amount, charges_total, discounts_total, credits_total, total, exact };
  assert(isComplete(figures), `the invoice line ${row.id} is rated`); // by invoice_lines_rating_check
  return { totals: fromDbTotals(figures), exact: figures.exact, details, ...readRating(row) };
};

const isComplete = <T extends object>(figures: T): figures is { [K in keyof T]: NonNullable<T[K]> } =>
  Object.values(figures).every((figure) => figure !== null);

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
