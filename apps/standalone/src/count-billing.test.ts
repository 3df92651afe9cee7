import type { BillingStore, BillingTx, Invoice } from "@meter/core";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { countBilling } from "./count-billing.ts";

const invoice = (status: Invoice["status"]): Invoice => ({ status }) as Invoice; // only its status is looked at

/** Only what is called. */
const storeOf = (tries: number, fails = false): BillingStore => {
  const tx = { insertInvoice: async () => undefined, updateInvoice: async () => undefined } as unknown as BillingTx;
  const run = async (work: (tx: BillingTx) => Promise<unknown>): Promise<unknown> => {
    let done: unknown;
    for (let count = 0; count < tries; count++) done = await work(tx);
    if (fails) throw new Error("undone");
    return done;
  };
  return {
    withCustomer: async (_namespace: string, _customer: string, work: (tx: BillingTx) => Promise<unknown>) => run(work),
    withNextDue: async (_until: number, work: (tx: BillingTx, due: unknown) => Promise<unknown>) =>
      run((tx) => work(tx, {})),
    withDue: async (_due: unknown, work: (tx: BillingTx) => Promise<unknown>) => run(work),
    park: async () => undefined,
  } as unknown as BillingStore;
};

const bill = async (store: BillingStore): Promise<unknown> =>
  store
    .withNextDue(0 as never, async (tx) => {
      await tx.insertInvoice(invoice("draft"));
      await tx.updateInvoice(invoice("draft"));
      await tx.updateInvoice(invoice("issued"));
      return true;
    })
    .catch(() => null);

const figures = async (registry: Registry): Promise<readonly string[]> =>
  (await registry.metrics()).split("\n").filter((line) => /^meter_\S+ [1-9]/.test(line));

test("what a transaction did to invoices counts once it is committed, and once however often it began", async () => {
  const registry = new Registry();
  await bill(countBilling(registry, storeOf(3)));
  expect(await figures(registry)).toEqual([
    "meter_invoices_drafted_total 1",
    "meter_invoices_waiting_total 1",
    "meter_invoices_issued_total 1",
    "meter_billing_pieces_total 1",
  ]);
});

test("an invoice that is issued once its usage was read is counted, and its piece once", async () => {
  const registry = new Registry();
  const store = countBilling(registry, storeOf(1));
  await store.withNextDue(0 as never, async () => true);
  await store.withDue({} as never, async (tx) => tx.updateInvoice(invoice("issued")));
  expect(await figures(registry)).toEqual(["meter_invoices_issued_total 1", "meter_billing_pieces_total 1"]);
});

test("what was undone does not count", async () => {
  const registry = new Registry();
  await bill(countBilling(registry, storeOf(1, true)));
  expect(await figures(registry)).toEqual([]);
});
