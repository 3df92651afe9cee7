import type { Invoice } from "@meter/invoicing";
import { assert } from "@meter/primitives";
import { toDbInstant } from "../columns.ts";
import type { Tx } from "../database.ts";
import { toDbProgress, toDbVoiding } from "./db-invoice.ts";
import { insertLines } from "./insert-invoice.ts";

/**
 * Writes an invoice that is there. What is a draft in the database may become anything; what was issued can only be voided,
 * and then keeps every figure it has, whatever the given one says. Throws at everything else.
 */
export const updateInvoice = async (tx: Tx, invoice: Invoice): Promise<void> => {
  const stored = await tx
    .selectFrom("invoices")
    .select("status")
    .where("namespace", "=", invoice.namespace)
    .where("id", "=", invoice.id)
    .where("customer_id", "=", invoice.customer.id)
    .forUpdate()
    .executeTakeFirst();
  assert(stored !== undefined, `the invoice ${invoice.id} is there and this customer's`);
  if (stored.status === "draft") return updateDraft(tx, invoice);
  assert(
    stored.status === "issued" && invoice.status === "voided",
    `the invoice ${invoice.id}, which is ${stored.status}, does not become ${invoice.status}`,
  );
  await tx
    .updateTable("invoices")
    .set({ status: "voided", ...toDbVoiding(invoice), updated_at: toDbInstant(invoice.updatedAt) })
    .where("namespace", "=", invoice.namespace)
    .where("id", "=", invoice.id)
    .execute();
};

/** Lines, too: their figures are those of the last reading of usage. */
const updateDraft = async (tx: Tx, invoice: Invoice): Promise<void> => {
  await tx
    .deleteFrom("invoice_lines")
    .where("namespace", "=", invoice.namespace)
    .where("invoice_id", "=", invoice.id)
    .execute();
  await tx
    .updateTable("invoices")
    .set(toDbProgress(invoice))
    .where("namespace", "=", invoice.namespace)
    .where("id", "=", invoice.id)
    .execute();
  await insertLines(tx, invoice);
};
