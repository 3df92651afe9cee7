import type { BillingTx, BillingView, CustomerId } from "@meter/core";
import { assert } from "@meter/primitives";
import { sql } from "kysely";
import { fromDbCustomer } from "../customers/db-customer.ts";
import type { Db, Tx } from "../database.ts";
import type { BillingStoreParts } from "./billing-store.ts";
import { findCreditBalance } from "./credit-balance.ts";
import { deleteDraft } from "./delete-draft.ts";
import { findInvoice, listDrafts } from "./find-invoice.ts";
import { insertInvoice } from "./insert-invoice.ts";
import { listParts } from "./list-parts.ts";
import { nextNumber } from "./numbers.ts";
import { setDue } from "./queue.ts";
import { insertSubscription, listBilledSubscriptions, setBilled, updateSubscription } from "./subscriptions.ts";
import { updateInvoice } from "./update-invoice.ts";

export type Held = Readonly<{ namespace: string; customerId: CustomerId }> &
  Pick<BillingStoreParts, "models" | "wakeAt">;

/** What can be looked at, in a transaction or not. */
export const createBillingView = (db: Db, { namespace, customerId, models }: Omit<Held, "wakeAt">): BillingView => ({
  findCustomer: async () => {
    const row = await db
      .selectFrom("customers")
      .selectAll()
      .where("namespace", "=", namespace)
      .where("id", "=", customerId)
      .executeTakeFirst();
    return row === undefined ? null : fromDbCustomer(row);
  },
  listSubscriptions: () => listBilledSubscriptions(db, { namespace, customerId, models }),
  listParts: (wholeKey) => listParts(db, { namespace, wholeKey }),
  touch: async () => {
    await sql`select 1`.execute(db);
  },
});

/** In a transaction that has locked the customer's row of `customer_billing`. Throws at what is another customer's. */
export const createBillingTx = (tx: Tx, held: Held): BillingTx => {
  const { namespace, customerId } = held;
  const assertOwn = (of: Readonly<{ namespace: string; customerId: string }>): void =>
    assert(of.namespace === namespace && of.customerId === customerId, "only what is the held customer's is written");
  return {
    ...createBillingView(tx, held),
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
    deleteDraft: (id) => deleteDraft(tx, { namespace, customerId, id }),
    creditBalance: (currency) => findCreditBalance(tx, { namespace, customerId, currency }),
    findInvoice: (id) => findInvoice(tx, { ...held, id }),
    nextNumber: (series) => nextNumber(tx, { namespace, series }),
    setDue: async (dueAt) => {
      await setDue(tx, { namespace, customerId, dueAt });
      if (dueAt !== null) await held.wakeAt(tx, new Date(dueAt));
    },
  };
};
