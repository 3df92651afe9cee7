import type { PriceModels } from "@meter/catalog";
import type { Invoice } from "@meter/invoicing";
import type { Selectable } from "kysely";
import { textArray } from "../columns.ts";
import type { Db, InvoicesTable } from "../database.ts";
import { fromDbDetail } from "./db-detail.ts";
import { fromDbInvoice } from "./db-invoice.ts";
import { fromDbLine } from "./db-line.ts";

/** Whole invoices for rows of one namespace, in the same order. To be called in the transaction that read the rows. */
export const loadInvoices = async (
  tx: Db,
  rows: readonly Selectable<InvoicesTable>[],
  models: PriceModels,
): Promise<readonly Invoice[]> => {
  const [first] = rows;
  if (first === undefined) return [];
  const lines = await tx
    .selectFrom("invoice_lines")
    .selectAll()
    .where("namespace", "=", first.namespace)
    .where((is) => is("invoice_id", "=", is.fn.any(textArray(rows.map(({ id }) => id)))))
    .orderBy("position")
    .execute();
  const details = await tx
    .selectFrom("invoice_line_details")
    .selectAll()
    .where("namespace", "=", first.namespace)
    .where((is) => is("line_id", "=", is.fn.any(textArray(lines.map(({ id }) => id)))))
    .orderBy("position")
    .execute();
  const linesByInvoiceId = Map.groupBy(lines, ({ invoice_id }) => invoice_id);
  const detailsByLineId = Map.groupBy(details, ({ line_id }) => line_id);
  return rows.map((row) => {
    const all = (linesByInvoiceId.get(row.id) ?? []).map((line) =>
      fromDbLine(line, { details: (detailsByLineId.get(line.id) ?? []).map(fromDbDetail), models }),
    );
    return fromDbInvoice(row, {
      lines: all.flatMap((line) => ("rating" in line ? [line] : [])),
      openLines: all.flatMap((line) => ("issue" in line ? [line] : [])),
    });
  });
};
