import type { Invoice } from "@meter/invoicing";
import type { Tx } from "../database.ts";
import { toDbDetails } from "./db-detail.ts";
import { toDbInvoice } from "./db-invoice.ts";
import { toDbLines } from "./db-line.ts";
import { insertRows } from "./insert-rows.ts";

export const insertInvoice = async (tx: Tx, invoice: Invoice): Promise<void> => {
  await tx.insertInto("invoices").values(toDbInvoice(invoice)).execute();
  await insertLines(tx, invoice);
};

/** Lines of an invoice that has none. A charge key that a live line has already violates `invoice_lines_live_charge`. */
export const insertLines = async (tx: Tx, invoice: Invoice): Promise<void> => {
  await insertRows(toDbLines(invoice), (rows) =>
    tx
      .insertInto("invoice_lines")
      .values([...rows])
      .execute(),
  );
  const details = invoice.lines.flatMap((line) => toDbDetails(invoice.namespace, line));
  await insertRows(details, (rows) =>
    tx
      .insertInto("invoice_line_details")
      .values([...rows])
      .execute(),
  );
};
