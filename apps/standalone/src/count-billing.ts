import type { BillingStore, BillingTx, Invoice } from "@meter/core";
import { Counter, type Registry } from "prom-client";

/** The same store; what its transactions did to invoices is counted once they are committed. */
export const countBilling = (registry: Registry, store: BillingStore): BillingStore => {
  const counter = (name: string, help: string) => new Counter({ name, help, registers: [registry] });
  const counters = {
    drafted: counter("meter_invoices_drafted_total", "Invoices that were drafted."),
    waiting: counter(
      "meter_invoices_waiting_total",
      "Times that a draft was left waiting, for usage that cannot be read.",
    ),
    issued: counter("meter_invoices_issued_total", "Invoices that were issued."),
    voided: counter("meter_invoices_voided_total", "Invoices that were voided."),
  };
  const pieces = counter("meter_billing_pieces_total", "Pieces of due work that were done or found waiting.");
  const parked = counter("meter_billing_parked_total", "Times that a customer's billing was parked.");

  type Change = keyof typeof counters;
  const changeOf = (invoice: Invoice, isNew: boolean): Change => {
    if (invoice.status !== "draft") return invoice.status;
    return isNew ? "drafted" : "waiting";
  };
  const counting = async <T>(run: (watch: (tx: BillingTx) => BillingTx) => Promise<T>): Promise<T> => {
    let changes: Change[] = [];
    const done = await run((tx) => {
      changes = []; // the work may begin again
      return {
        ...tx,
        insertInvoice: async (invoice) => {
          await tx.insertInvoice(invoice);
          changes.push(changeOf(invoice, true));
        },
        updateInvoice: async (invoice) => {
          await tx.updateInvoice(invoice);
          changes.push(changeOf(invoice, false));
        },
      };
    });
    for (const change of changes) counters[change].inc();
    return done;
  };

  return {
    ...store,
    withCustomer: (namespace, customerId, work) =>
      counting((watch) => store.withCustomer(namespace, customerId, (tx) => work(watch(tx)))),
    withNextDue: async (until, work, order) => {
      const done = await counting((watch) => store.withNextDue(until, (tx, due) => work(watch(tx), due), order));
      if (done !== null) pieces.inc();
      return done;
    },
    // The second half of a piece, once what it needs was read: the first half has counted the piece.
    withDue: (due, work) => counting((watch) => store.withDue(due, (tx) => work(watch(tx)))),
    park: async (customer) => {
      await store.park(customer);
      parked.inc();
    },
  };
};
