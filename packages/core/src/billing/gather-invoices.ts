import {
  type DraftInvoice,
  draftInvoice,
  type InvoiceId,
  type InvoiceLineId,
  type LineInput,
  needsUsage,
} from "@meter/invoicing";
import { createUlid, groupBy, type Instant, ok, type Result, type Ulid } from "@meter/primitives";
import { partUntil, type ServicePeriod } from "@meter/subscriptions";
import type { CustomerId } from "../shared/customer.ts";
import type { BillingStore } from "./billing-store.ts";
import type { Clock } from "../shared/clock.ts";
import type { Crypto } from "../shared/sources.ts";
import { type BillCustomerDeps, readUsages } from "./bill-customer.ts";
import { currencyOf, toLineInput } from "./draft-over.ts";
import { toInvoiceCustomer } from "./invoice-customer.ts";
import { listPending, toRead } from "./invoice-pending.ts";
import type { UsageNotRead } from "./read-quantity.ts";

/** What a customer has used and not been billed for, priced as of now. It is not stored: it is what is pending. */
export type GatheringInvoice = Omit<DraftInvoice, "status"> &
  Readonly<{ status: "gathering"; nextCollectionAt: Instant }>;

export type GatherInvoicesDeps = BillCustomerDeps &
  Readonly<{ billing: Pick<BillingStore, "view">; clock: Clock; crypto: Pick<Crypto, "sha256"> }>;

/** One for each currency of what is pending, lines with the ids by which they can be invoiced. Null: no such customer. */
export const gatherInvoices =
  (deps: GatherInvoicesDeps) =>
  async (
    namespace: string,
    customerId: CustomerId,
  ): Promise<Result<readonly GatheringInvoice[], UsageNotRead> | null> => {
    const now = deps.clock.now();
    const tx = deps.billing.view(namespace, customerId);
    const customer = await tx.findCustomer();
    if (customer === null) return null;
    const pending = listPending(deps, { subscriptions: await tx.listSubscriptions() }, now);
    const lines = pending.flatMap(({ id, subscription, period }) => {
      const soFar = upTo(period, now);
      // A pending line's id becomes the line's.
      return soFar === null ? [] : [{ id: id as Ulid as InvoiceLineId, of: { subscription, period: soFar } }];
    });
    const usages = await readUsages(
      deps,
      toRead(
        customer,
        lines.map(({ of }) => of),
      ),
    );
    if (!usages.ok) return usages;
    const inputs: LineInput[] = [];
    for (const { id, of } of lines)
      inputs.push(await toLineInput(deps, tx, { id, of, usage: usages.value.get(of.period.key) ?? null }));
    const byCurrency = groupBy(inputs, ({ of }) => of.subscription.currency);
    return ok(
      [...byCurrency].flatMap(([code, some]): readonly GatheringInvoice[] => {
        const key = new TextEncoder().encode(`gathering/${customer.id}/${code}`);
        const gathered = draftInvoice(deps.pricing, {
          id: createUlid(customer.createdAt, deps.crypto.sha256(key).slice(0, 10)) as InvoiceId, // the same each time
          namespace,
          number: `GATHER-${code}`,
          customer: toInvoiceCustomer(customer),
          currency: currencyOf(code),
          profile: deps.profile,
          lines: some,
          at: now,
          now,
        });
        if (gathered === null) return [];
        const nextCollectionAt = some.map(({ of }) => of.period.invoiceAt).reduce((a, b) => (a < b ? a : b));
        return [{ ...gathered, status: "gathering", nextCollectionAt }];
      }),
    );
  };

/**
 * A fixed amount as it will be charged, usage as far as it goes, both due when they will be. Null: it begins just now, so
 * that there is no usage yet.
 */
const upTo = (period: ServicePeriod, now: Instant): ServicePeriod | null => {
  if (!needsUsage({ rateCard: period.item.rateCard })) return period;
  if (now <= period.wholePeriod.start) return null;
  return { ...partUntil(period, now), invoiceAt: period.invoiceAt };
};
