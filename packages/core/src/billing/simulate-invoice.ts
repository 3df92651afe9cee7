import {
  type CatalogFault,
  checkCharges,
  cutAggregations,
  type FieldFault,
  prefixFault,
  type PriceModels,
  type RateCard,
  type RateCardDiscounts,
} from "@meter/catalog";
import {
  builtInBillingProfile,
  type InvoiceId,
  type InvoiceLineId,
  type LineToSimulate,
  needsUsage,
  simulateInvoice as simulate,
  type SimulatedInvoice,
} from "@meter/invoicing";
import type { Pricing, RatedRateCard } from "@meter/pricing";
import { type Currency, err, findCurrency, ok, type Result } from "@meter/primitives";
import { toInvoiceCustomer } from "./invoice-customer.ts";
import type { FeatureStore } from "../catalog/catalog-store.ts";
import type { Clock } from "../shared/clock.ts";
import type { CustomerStore } from "../shared/customer-store.ts";
import type { MeterStore } from "../metering/meter-store.ts";
import { type CustomerDeleted, type CustomerNotFound, findLiveCustomer } from "../shared/find-customer.ts";
import { fault, type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import type { IdSource } from "../shared/sources.ts";

export type SimulateInvoiceDeps = Readonly<{
  customers: Pick<CustomerStore, "find">;
  features: Pick<FeatureStore, "find">;
  meters: Pick<MeterStore, "find">;
  pricing: Pricing;
  models: PriceModels;
  clock: Clock;
  ids: IdSource;
}>;

export type LineToPrice = Omit<LineToSimulate, "id" | "rateCard" | "isCut"> &
  Readonly<{ id: InvoiceLineId | null; rateCard: RatedRateCard & Pick<RateCard, "featureKey"> }>;

export type SimulateInvoiceInput = Readonly<{
  customer: string;
  number: string;
  /** A code of ISO 4217. */
  currency: string;
  /** At least one. */
  lines: readonly LineToPrice[];
}>;

export type SimulateInvoiceError = CustomerNotFound | CustomerDeleted | InvalidInput;

/**
 * What an invoice over these lines would say, by the quantities that are stated: no meter is read, and nothing is stored. A
 * feature is looked up only for how its usage is aggregated; one that is not there counts as one that sums. Fields of faults:
 * `currency`, `lines.0.period`, `lines.0.rateCard.commitments.minimumAmount`, …
 */
export const simulateInvoice =
  (deps: SimulateInvoiceDeps) =>
  async (namespace: string, input: SimulateInvoiceInput): Promise<Result<SimulatedInvoice, SimulateInvoiceError>> => {
    const customer = await findLiveCustomer(deps.customers, namespace, input.customer);
    if (!customer.ok) return customer;
    const checked = checkInput(input, deps.models);
    if (!checked.ok) return invalidInput(...checked.error);
    const lines: LineToSimulate[] = [];
    for (const line of input.lines) lines.push(await completeLine(deps, namespace, line));
    const invoice = simulate(deps.pricing, {
      id: deps.ids.ulid() as InvoiceId, // a new ULID becomes an invoice's id here
      number: input.number,
      customer: toInvoiceCustomer(customer.value),
      profile: builtInBillingProfile,
      currency: checked.value,
      lines,
      at: deps.clock.now(),
    });
    if (invoice.ok) return invoice;
    return invalidInput(...invoice.error.map(({ line, issue }) => fault(`lines.${line}`, issue.code, issue.message)));
  };

const checkInput = (
  { currency: code, lines }: SimulateInvoiceInput,
  models: PriceModels,
): Result<Currency, readonly FieldFault[]> => {
  const currency = findCurrency(code);
  const ids = lines.flatMap(({ id }) => (id === null ? [] : [id]));
  const faults = lines.flatMap((line, index) => [
    ...checkLine(line, models).map((one) => prefixFault(`lines.${index}`, one)),
    ...(line.id !== null && ids.indexOf(line.id) !== ids.lastIndexOf(line.id)
      ? [fault(`lines.${index}.id`, "duplicate", `two lines have the id ${line.id}`)]
      : []),
  ]);
  if (currency === null)
    return err([fault("currency", "unknown_currency", `${code} is no currency of ISO 4217 in use`), ...faults]);
  return faults.length === 0 ? ok(currency) : err(faults);
};

/** What a draft of a plan may have warns there, and refuses here: the line is to be rated now. */
const checkLine = (
  { rateCard, servicePeriod: { start, end } }: LineToPrice,
  models: PriceModels,
): readonly FieldFault[] => {
  const faults = checkCharges(rateCard, models).map((one: CatalogFault) => prefixFault("rateCard", one));
  if (rateCard.price === null) faults.push(fault("rateCard.price", "required", "a line needs a price"));
  if (end < start) return [...faults, fault("period", "invalid_period", "a period must not end before it starts")];
  if (end > start || !needsUsage({ rateCard })) return faults;
  const message = "only a fixed price may have an empty period";
  return [...faults, fault("period", "invoice_create_ubp_line_period_is_empty", message)];
};

/** Discounts get names, so that the amounts they take off can be told apart. */
const completeLine = async (
  deps: SimulateInvoiceDeps,
  namespace: string,
  { id, rateCard, ...line }: LineToPrice,
): Promise<LineToSimulate> => ({
  ...line,
  id: id ?? (deps.ids.ulid() as InvoiceLineId), // a new ULID becomes a line's id here
  rateCard: {
    ...rateCard,
    key: rateCard.featureKey ?? "line",
    name: line.name,
    description: line.description,
    metadata: null,
    billingCadence: null,
    discounts: nameDiscounts(rateCard.discounts, deps.ids),
  },
  isCut: line.quantityBefore === null || (await isCut(deps, namespace, rateCard.featureKey)),
});

const nameDiscounts = ({ percentage, usage }: RateCardDiscounts, ids: IdSource): RateCardDiscounts => ({
  percentage: percentage === null ? null : { ...percentage, correlationId: percentage.correlationId ?? ids.ulid() },
  usage: usage === null ? null : { ...usage, correlationId: usage.correlationId ?? ids.ulid() },
});

const isCut = async (
  { features, meters }: Pick<SimulateInvoiceDeps, "features" | "meters">,
  namespace: string,
  featureKey: string | null,
): Promise<boolean> => {
  const feature = featureKey === null ? null : await features.find(namespace, featureKey);
  const found = feature === null || feature.meterKey === null ? null : await meters.find(namespace, feature.meterKey);
  return found === null || cutAggregations.includes(found.meter.aggregation);
};
