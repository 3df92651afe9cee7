import type { CustomerId, ParkedLine } from "@meter/core";
import type { InvoiceId, InvoiceLineId } from "@meter/invoicing";
import type { Instant } from "@meter/primitives";
import { fromDbInstant, isStorable, toDbInstant } from "../columns.ts";
import type { Db } from "../database.ts";

/** Lines whose time had come at `until` and that could not be rated, by due instant, `limit` at most. */
export const listOpenLines = async (
  db: Db,
  { namespace, until, limit }: Readonly<{ namespace: string | null; until: Instant; limit: number }>,
): Promise<readonly ParkedLine[]> => {
  if (namespace !== null && !isStorable(namespace)) return [];
  let query = db
    .selectFrom("invoice_lines")
    .innerJoin("invoices", (on) =>
      on
        .onRef("invoices.namespace", "=", "invoice_lines.namespace")
        .onRef("invoices.id", "=", "invoice_lines.invoice_id"),
    )
    .select((of) => [
      "invoices.namespace",
      "invoices.customer_id",
      "invoices.id as invoice_id",
      "invoice_lines.id as line_id",
      of.fn.coalesce("invoices.collection_at", "invoices.created_at").as("due_at"),
      of.fn.coalesce("invoices.draft_until", "invoices.created_at").as("retry_at"), // drafts have one
      of.fn.coalesce("invoices.quantity_snapshot_at", "invoices.updated_at").as("tried_at"),
      of.fn.coalesce("invoice_lines.issue_message", of.val("")).as("reason"), // open lines have one
    ])
    .where("invoice_lines.issue_code", "is not", null)
    .where((is) => is(is.fn.coalesce("invoices.collection_at", "invoices.created_at"), "<=", toDbInstant(until)))
    .orderBy("due_at")
    .orderBy("line_id")
    .limit(limit);
  if (namespace !== null) query = query.where("invoice_lines.namespace", "=", namespace);
  return (await query.execute()).map((row) => ({
    namespace: row.namespace,
    customerId: row.customer_id as CustomerId, // as they were written, here and below
    invoiceId: row.invoice_id as InvoiceId,
    lineId: row.line_id as InvoiceLineId,
    dueAt: fromDbInstant(row.due_at),
    reason: row.reason,
    parkedAt: fromDbInstant(row.tried_at),
    retryAt: fromDbInstant(row.retry_at),
  }));
};
