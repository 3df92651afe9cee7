import { type DraftInvoice, draftInvoice, type InvoiceId, type InvoiceLineId } from "@meter/invoicing";
import { createUlid, groupBy, type Instant, ok, type Result, type Ulid } from "@meter/primitives";
import { partUntil } from "@meter/subscriptions";
import type { CustomerId } from "../customer.ts";
import type { BillingStore } from "../ports/billing-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Crypto } from "../use-cases/sources.ts";
import { type BillCustomerDeps, currencyOf, readLines } from "./bill-customer.ts";
import { toInvoiceCustomer } from "./invoice-customer.ts";
import { listPending } from "./invoice-pending.ts";
import type { UsageNotRead } from "./read-quantity.ts";

/** What a customer has used and not been billed for, priced as of now. It is not stored: it is what is pending. */
export type GatheringInvoice = Omit<DraftInvoice, "status"> &
  Readonly<{ status: "gathering"; nextCollectionAt: Instant }>;

export type GatherInvoicesDeps = BillCustomerDeps &
  Readonly<{ billing: Pick<BillingStore, "withCustomer">; clock: Clock; crypto: Pick<Crypto, "sha256"> }>;

/** One for each currency of what is pending, lines with the ids by which they can be invoiced. Null: no such customer. */
export const gatherInvoices =
  (deps: GatherInvoicesDeps) =>
  async (
    namespace: string,
    customerId: CustomerId,
  ): Promise<Result<readonly GatheringInvoice[], UsageNotRead> | null> => {
    const now = deps.clock.now();
    return deps.billing.withCustomer(namespace, customerId, async (tx) => {
      const customer = await tx.findCustomer();
      if (customer === null) return ok([]);
      const pending = await listPending(deps, tx, now);
      const lines = pending.map(({ id, subscription, period }) => ({
        id: id as Ulid as InvoiceLineId, // a pending line's id becomes the line's
        of: { subscription, period: now > period.servicePeriod.start ? partUntil(period, now) : period },
      }));
      const inputs = await readLines(deps, tx, { customer, lines });
      if (!inputs.ok) return inputs;
      const periods = new Map(pending.map(({ id, period }) => [id as string, period]));
      const byCurrency = groupBy(inputs.value, ({ of }) => of.subscription.currency);
      return ok(
        [...byCurrency].map(([code, some]): GatheringInvoice => {
          const key = new TextEncoder().encode(`gathering/${customer.id}/${code}`);
          const gathered = draftInvoice(deps.pricing, {
            id: createUlid(customer.createdAt, deps.crypto.sha256(key).slice(0, 10)) as InvoiceId, // the same each time
            namespace,
            number: `GATHER-${code}`,
            customer: toInvoiceCustomer(customer),
            currency: currencyOf(code),
            profile: deps.profile,
            lines: some,
            now,
          });
          const dueAt = some.map(({ id, of }) => periods.get(id)?.invoiceAt ?? of.period.invoiceAt);
          return { ...gathered, status: "gathering", nextCollectionAt: dueAt.reduce((a, b) => (a < b ? a : b)) };
        }),
      );
    });
  };
