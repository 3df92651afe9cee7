import type { BillingTx, CustomerId } from "@meter/core";
import { assert } from "@meter/primitives";
import { fromDbCustomer } from "../customers/db-customer.ts";
import type { Tx } from "../database.ts";
import type { BillingStoreParts } from "./billing-store.ts";
import { findCreditBalance } from "./credit-balance.ts";
import { findInvoice, listDrafts } from "./find-invoice.ts";
import { insertInvoice } from "./insert-invoice.ts";
import { listParts } from "./list-parts.ts";
import { nextNumber } from "./numbers.ts";
import { setDue } from "./queue.ts";
import { insertSubscription, listBilledSubscriptions, setBilled, updateSubscription } from "./subscriptions.ts";
import { updateInvoice } from "./update-invoice.ts";

export type Held = Readonly<{ namespace: string; customerId: CustomerId }> &
  Pick<BillingStoreParts, "models" | "wakeAt">;

/** In a transaction that has locked the customer's row of `customer_billing`. Throws at what is another customer's. */
export const createBillingTx = (tx: Tx, held: Held): BillingTx => {
  const { namespace, customerId } = held;
  const assertOwn = (of: Readonly<{ namespace: string; customerId: string }>): void =>
    assert(of.namespace === namespace && of.customerId === customerId, "only what is the held customer's is written");
  return {
    findCustomer: async () => {
      const row = await tx
        .selectFrom("customers")
        .selectAll()
        .where("namespace", "=", namespace)
        .where("id", "=", customerId)
        .executeTakeFirst();
      return row === undefined ? null : fromDbCustomer(row);
    },
    listSubscriptions: () => listBilledSubscriptions(tx, held),
    insertSubscription: async (subscription) => {
      assertOwn(subscription);
      await insertSubscription(tx, subscription);
    },
    updateSubscription: async (subscription) => {
      assertOwn(subscription);
      await updateSubscription(tx, subscription);
    },
    setBilled: (id, billed) => setBilled(tx, { namespace, customerId, id, billed }),
    listDrafts: () => listDrafts(tx, held),
    insertInvoice: async (invoice) => {
      assertOwn({ namespace: invoice.namespace, customerId: invoice.customer.id });
      await insertInvoice(tx, invoice);
    },
    updateInvoice: async (invoice) => {
      assertOwn({ namespace: invoice.namespace, customerId: invoice.customer.id });
      await updateInvoice(tx, invoice);
    },
    creditBalance: (currency) => findCreditBalance(tx, { namespace, customerId, currency }),
    listParts: (wholeKey) => listParts(tx, { namespace, wholeKey }),
    findInvoice: (id) => findInvoice(tx, { ...held, id }),
    nextNumber: (series) => nextNumber(tx, { namespace, series }),
    setDue: async (dueAt) => {
      await setDue(tx, { namespace, customerId, dueAt });
      if (dueAt !== null) await held.wakeAt(tx, new Date(dueAt));
    },
  };
};
