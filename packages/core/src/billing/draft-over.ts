import {
  type BillablePeriodOf,
  type BillingProfile,
  type DraftInvoice,
  draftInvoice,
  draftSeries,
  type InvoiceId,
  type InvoiceLine,
  type InvoiceLineId,
  type LineInput,
  type LineIssue,
  type LineUsage,
  needsUsage,
  toDraftNumber,
} from "@meter/invoicing";
import type { Pricing, RatedPart } from "@meter/pricing";
import { assert, type Currency, findCurrency, groupBy, type Instant, type Result } from "@meter/primitives";
import { afterBilling } from "@meter/subscriptions";
import type { Customer } from "../shared/customer.ts";
import type { BillingTx } from "./billing-store.ts";
import type { IdSource } from "../shared/sources.ts";
import { toInvoiceCustomer } from "./invoice-customer.ts";
import { findMeasure, type FindMeasureDeps } from "./read-quantity.ts";
import { dueOf, type State } from "./state.ts";

export type DraftDeps = FindMeasureDeps & Readonly<{ pricing: Pricing; profile: BillingProfile; ids: IdSource }>;

export type DraftOver = Readonly<{
  state: State;
  customer: Customer;
  /** What is to be billed, of each item in the order of time. */
  periods: readonly BillablePeriodOf[];
  /** What was read already, by the key of the period. Everything else is read later. */
  usages?: ReadonlyMap<string, Result<LineUsage, LineIssue>>;
  /** Since when they are due. */
  at: Instant;
  now: Instant;
}>;

/**
 * Drafts the invoices over these periods, one for each currency, and notes how far their items are billed and when the
 * customer is due next. It reads no usage.
 */
export const draftOver = async (
  deps: DraftDeps,
  tx: BillingTx,
  { state, customer, periods, usages, at, now }: DraftOver,
): Promise<Readonly<{ state: State; drafted: readonly DraftInvoice[] }>> => {
  const periodsById = groupBy(periods, ({ subscription }) => subscription.id);
  const subscriptions = state.subscriptions.map((of) => {
    const some = periodsById.get(of.subscription.id);
    return some === undefined
      ? of
      : {
          ...of,
          billed: afterBilling(
            of.billed,
            some.map(({ period }) => period),
          ),
        };
  });
  for (const { subscription, billed } of subscriptions)
    if (periodsById.has(subscription.id)) await tx.setBilled(subscription.id, billed);
  const drafted: DraftInvoice[] = [];
  for (const [code, some] of groupBy(periods, ({ subscription }) => subscription.currency)) {
    const lines: LineInput[] = [];
    for (const of of some)
      lines.push(
        await toLineInput(deps, tx, {
          id: deps.ids.ulid() as InvoiceLineId, // a new ULID becomes a line's id
          of,
          usage: usages?.get(of.period.key) ?? null,
        }),
      );
    const draft = draftInvoice(deps.pricing, {
      id: deps.ids.ulid() as InvoiceId,
      namespace: customer.namespace,
      number: "",
      customer: toInvoiceCustomer(customer),
      currency: currencyOf(code),
      profile: deps.profile,
      lines,
      at,
      now,
    });
    if (draft === null) continue;
    const numbered = { ...draft, number: toDraftNumber(customer.name, await tx.nextNumber(draftSeries)) };
    await tx.insertInvoice(numbered);
    drafted.push(numbered);
  }
  const after: State = { subscriptions, drafts: [...state.drafts, ...drafted] };
  await tx.setDue(dueOf(after));
  return { state: after, drafted };
};

/** A line's period with all that rating needs to know of it. */
export const toLineInput = async (
  deps: FindMeasureDeps,
  tx: Pick<BillingTx, "listParts">,
  { id, of, usage }: Pick<LineInput, "id" | "of" | "usage">,
): Promise<LineInput> => {
  const { rateCard } = of.period.item;
  const measure =
    needsUsage({ rateCard }) && usage?.ok !== true
      ? await findMeasure(deps, of.subscription.namespace, rateCard.featureKey ?? "")
      : null;
  return { id, of, measure, usage, earlier: await earlierParts(tx, { ...of.period, id }) };
};

/** The parts of the same whole before this one; null: one that is open. A whole that is billed at once has none. */
export const earlierParts = async (
  tx: Pick<BillingTx, "listParts">,
  {
    id,
    wholeKey,
    wholePeriod,
    servicePeriod,
  }: Readonly<{ id: InvoiceLineId }> & Pick<InvoiceLine, "wholeKey" | "wholePeriod" | "servicePeriod">,
): Promise<readonly (RatedPart | null)[]> => {
  if (servicePeriod.start === wholePeriod.start && servicePeriod.start !== servicePeriod.end) return [];
  const parts = await tx.listParts(wholeKey);
  return parts
    .filter(({ lineId, servicePeriod: { end } }) => lineId !== id && end <= servicePeriod.start)
    .map(({ rated }) => rated);
};

/** Plans of another currency than those of ISO 4217 are not published. */
export const currencyOf = (code: string): Currency => {
  const currency = findCurrency(code);
  assert(currency !== null, `the currency ${code} is known`);
  return currency;
};
