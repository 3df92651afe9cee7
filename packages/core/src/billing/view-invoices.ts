import { type Invoice, type InvoiceLine, type InvoiceLineId, isFrozen } from "@meter/invoicing";
import { type Instant, isZero } from "@meter/primitives";
import type { BillingStore, SubscriptionEnd } from "./billing-store.ts";

/** A line that charges in advance beyond the end that its subscription was given since. Nothing of it is given back so far. */
export type UnservedLine = Readonly<{ lineId: InvoiceLineId; name: string }> & SubscriptionEnd;

/** An invoice as it looks at an instant: what a draft waits for follows from both. */
export type InvoiceView = Readonly<{ invoice: Invoice; at: Instant; unserved: readonly UnservedLine[] }>;

export const viewInvoices = async (
  { billing }: Readonly<{ billing: Pick<BillingStore, "findEnds"> }>,
  namespace: string,
  { invoices, at }: Readonly<{ invoices: readonly Invoice[]; at: Instant }>,
): Promise<readonly InvoiceView[]> => {
  const lines = invoices.flatMap((invoice) => (isFixed(invoice, at) ? invoice.lines.filter(isRefundable) : []));
  const ids = new Set(lines.map(({ subscription }) => subscription.id));
  const ends = ids.size === 0 ? new Map<string, SubscriptionEnd>() : await billing.findEnds(namespace, [...ids]);
  return invoices.map((invoice) => ({
    invoice,
    at,
    unserved: isFixed(invoice, at) ? invoice.lines.filter(isRefundable).flatMap((line) => toUnserved(line, ends)) : [],
  }));
};

/** Drafts that are still to be issued follow the timeline by themselves. */
const isFixed = (invoice: Invoice, at: Instant): boolean =>
  invoice.status === "issued" || (invoice.status === "draft" && isFrozen(invoice, at));

const isRefundable = ({ rateCard, rating }: InvoiceLine): boolean =>
  rateCard.price?.paymentTerm === "in_advance" && rateCard.billingCadence !== null && !isZero(rating.totals.total);

const toUnserved = (
  { id, name, subscription, servicePeriod }: InvoiceLine,
  ends: ReadonlyMap<string, SubscriptionEnd>,
): readonly UnservedLine[] => {
  const end = ends.get(subscription.id);
  return end === undefined || servicePeriod.end <= end.activeTo ? [] : [{ lineId: id, name, ...end }];
};
