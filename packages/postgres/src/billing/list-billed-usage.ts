import type { PriceModels } from "@meter/catalog";
import type { BilledLine, BilledUsageFilter, CustomerId } from "@meter/core";
import type { InvoiceId } from "@meter/invoicing";
import { assert } from "@meter/primitives";
import { isStorable, textArray, toDbInstant } from "../columns.ts";
import type { Db } from "../database.ts";
import { readOnly } from "../transaction.ts";
import { fromDbLine } from "./db-line.ts";

/** The last lines of service periods on issued invoices that depend on usage, the last end first, without their details. */
export const listBilledUsage = async (
  db: Db,
  namespace: string | null,
  { customers, from, page, pageSize, models }: BilledUsageFilter & Readonly<{ models: PriceModels }>,
): Promise<Readonly<{ items: readonly BilledLine[]; totalCount: number }>> => {
  if (namespace !== null && !isStorable(namespace)) return { items: [], totalCount: 0 };
  return readOnly(db, async (tx) => {
    let matching = tx
      .selectFrom("invoice_lines")
      .innerJoin("invoices", (on) =>
        on
          .onRef("invoices.namespace", "=", "invoice_lines.namespace")
          .onRef("invoices.id", "=", "invoice_lines.invoice_id"),
      )
      .where("invoices.status", "=", "issued")
      .where("invoice_lines.voided", "=", false)
      .where("invoice_lines.is_final", "=", true)
      .where("invoice_lines.quantity", "is not", null)
      .where("invoice_lines.service_period_end", ">=", toDbInstant(from));
    if (namespace !== null) matching = matching.where("invoice_lines.namespace", "=", namespace);
    if (customers !== null)
      matching = matching.where((is) =>
        is("invoices.customer_id", "=", is.fn.any(textArray(customers.filter(isStorable)))),
      );
    const { count } = await matching.select((of) => of.fn.countAll<number>().as("count")).executeTakeFirstOrThrow();
    const rows = await matching
      .selectAll("invoice_lines")
      .select(["invoices.customer_id", "invoices.customer_name", "invoices.number", "invoices.currency"])
      .orderBy("invoice_lines.service_period_end", "desc")
      .orderBy("invoice_lines.id", "desc")
      .limit(pageSize)
      .offset((page - 1) * pageSize)
      .execute();
    return {
      totalCount: count,
      items: rows.map((row): BilledLine => {
        const line = fromDbLine(row, { details: [], models });
        assert("rating" in line, `the line ${line.id} of a document is rated`);
        return {
          namespace: row.namespace,
          customer: { id: row.customer_id as CustomerId, name: row.customer_name }, // as they were written, here and below
          invoice: { id: row.invoice_id as InvoiceId, number: row.number },
          currency: row.currency,
          line,
        };
      }),
    };
  });
};
