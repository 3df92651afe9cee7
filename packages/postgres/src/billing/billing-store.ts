import type { PriceModels } from "@meter/catalog";
import type { BillingStore } from "@meter/core";
import { isStorable } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import { readOnly, transact } from "../transaction.ts";
import { createBillingTx, createBillingView } from "./billing-tx.ts";
import { findInvoice } from "./find-invoice.ts";
import { holdCustomer } from "./hold-customer.ts";
import { listForChecks, listInvoices } from "./list-invoices.ts";
import { listBilledUsage } from "./list-billed-usage.ts";
import { listOpenLines } from "./list-open-lines.ts";
import { findGap } from "./numbers.ts";
import { findEnds } from "./find-ends.ts";
import { findNegativeWholes } from "./find-negative-wholes.ts";
import { findOverlaps } from "./find-overlaps.ts";
import { claimDue, claimNextDue, countDue, countParked, listParked, nextDueAt, park, unpark } from "./queue.ts";
import { findSubscription, findSubscriptionUses, listSubscriptions } from "./subscriptions.ts";

export type BillingStoreParts = Readonly<{
  db: Db;
  /** Where schedulers hold customers: requests that hold others never keep it waiting. */
  claiming: Db;
  /** Where requests hold customers, on connections of its own: `work` may ask other stores while it holds one. */
  holding: Db;
  models: PriceModels;
  /** Tells whoever waits for it, at `at`, that somebody is due; with the commit of the transaction. */
  wakeAt: (tx: Tx, at: Date) => Promise<void>;
}>;

/** A stored price that `models` cannot read makes every read of its subscription or invoice reject. */
export const createBillingStore = ({ db, claiming, holding, models, wakeAt }: BillingStoreParts): BillingStore => {
  /** A scheduler that has a customer goes on with what is due by itself. */
  const wakeLater: BillingStoreParts["wakeAt"] = async (tx, at) => {
    if (at.getTime() > Date.now()) await wakeAt(tx, at);
  };
  return {
    withCustomer: async (namespace, customerId, work) => {
      if (!isStorable(namespace) || !isStorable(customerId)) return null;
      return transact(holding, async (tx) => {
        if (!(await holdCustomer(tx, { namespace, customerId }))) return null;
        return work(createBillingTx(tx, { namespace, customerId, models, wakeAt }));
      });
    },
    view: (namespace, customerId) => createBillingView(db, { namespace, customerId, models }),
    withNextDue: (until, work, order = "whoever_is_free") =>
      transact(claiming, async (tx) => {
        const due = await claimNextDue(tx, until, order);
        if (due === null) return null;
        return work(createBillingTx(tx, { ...due, models, wakeAt: wakeLater }), due);
      }),
    withDue: (due, work) =>
      transact(claiming, async (tx) =>
        (await claimDue(tx, due)) ? work(createBillingTx(tx, { ...due, models, wakeAt: wakeLater })) : null,
      ),
    countDue: (until) => countDue(db, until),
    nextDueAt: () => nextDueAt(db),
    park: (parked) => park(db, parked),
    unpark: (retryAt) => unpark(db, retryAt),
    listParked: (namespace) => listParked(db, namespace),
    countParked: (max) => countParked(db, max),
    listOpenLines: (namespace, of) => listOpenLines(db, { namespace, ...of }),
    findEnds: (namespace, ids) => findEnds(db, namespace, ids),
    findSubscription: (namespace, id) => findSubscription(db, { namespace, id, models }),
    listSubscriptions: (namespace, customerId, order) =>
      listSubscriptions(db, { namespace, customerId, order, models }),
    isFeatureSubscribed: async (namespace, featureKey, at) =>
      (await findSubscriptionUses(db, { namespace, featureKey, at })).length > 0,
    findInvoice: (namespace, id) => readOnly(db, (tx) => findInvoice(tx, { namespace, id, customerId: null, models })),
    listInvoices: (namespace, filter) => listInvoices(db, namespace, { ...filter, models }),
    listBilledUsage: (namespace, filter) => listBilledUsage(db, namespace, { ...filter, models }),
    listForChecks: (namespace, page) => listForChecks(db, namespace, { ...page, models }),
    findGap: (namespace, series) => findGap(db, { namespace, series }),
    findNegativeWholes: (namespace, limit) => findNegativeWholes(db, { namespace, limit }),
    findOverlaps: (namespace, limit) => findOverlaps(db, { namespace, limit }),
  };
};
