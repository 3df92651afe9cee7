import type { PriceModels } from "@meter/catalog";
import type { DraftInvoice, Invoice } from "@meter/invoicing";
import { assert } from "@meter/primitives";
import { isStorable } from "../columns.ts";
import type { Db } from "../database.ts";
import { loadInvoices } from "./load-invoices.ts";

/** To be called in a transaction. `customerId` null: whoever's it is. */
export const findInvoice = async (
  tx: Db,
  {
    namespace,
    id,
    customerId,
    models,
  }: Readonly<{ namespace: string; id: string; customerId: string | null; models: PriceModels }>,
): Promise<Invoice | null> => {
  if (!isStorable(namespace) || !isStorable(id)) return null;
  let query = tx.selectFrom("invoices").selectAll().where("namespace", "=", namespace).where("id", "=", id);
  if (customerId !== null) query = query.where("customer_id", "=", customerId);
  const [invoice] = await loadInvoices(tx, await query.execute(), models);
  return invoice ?? null;
};

/** The drafts of a customer, oldest first. To be called in a transaction. */
export const listDrafts = async (
  tx: Db,
  { namespace, customerId, models }: Readonly<{ namespace: string; customerId: string; models: PriceModels }>,
): Promise<readonly DraftInvoice[]> => {
  const rows = await tx
    .selectFrom("invoices")
    .selectAll()
    .where("namespace", "=", namespace)
    .where("customer_id", "=", customerId)
    .where("status", "=", "draft")
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  return (await loadInvoices(tx, rows, models)).map((invoice) => {
    assert(invoice.status === "draft", "only drafts were asked for");
    return invoice;
  });
};
