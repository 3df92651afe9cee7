import type { BilledPart } from "@meter/core";
import type { InvoiceId, InvoiceLineId } from "@meter/invoicing";
import { fromDbInstant } from "../columns.ts";
import type { Db } from "../database.ts";
import { readRating } from "./db-line.ts";

/** The lines of a whole service period that are not voided, in the order of time. */
export const listParts = async (
  tx: Db,
  { namespace, wholeKey }: Readonly<{ namespace: string; wholeKey: string }>,
): Promise<readonly BilledPart[]> => {
  const rows = await tx
    .selectFrom("invoice_lines")
    .select((of) => [
      of
        .selectFrom("invoices")
        .select("status")
        .whereRef("invoices.namespace", "=", "invoice_lines.namespace")
        .whereRef("invoices.id", "=", "invoice_lines.invoice_id")
        .as("status"),
      "invoice_id",
      "id",
      "service_period_start",
      "service_period_end",
      "rating_version",
      "quantities",
      "rated_part",
      "explanation",
    ])
    .where("namespace", "=", namespace)
    .where("whole_key", "=", wholeKey)
    .where("voided", "=", false)
    .orderBy("service_period_start")
    .orderBy("service_period_end")
    .execute();
  return rows.map((row) => ({
    invoiceId: row.invoice_id as InvoiceId, // what toDbLines wrote, and the line's
    isIssued: row.status === "issued",
    lineId: row.id as InvoiceLineId,
    servicePeriod: { start: fromDbInstant(row.service_period_start), end: fromDbInstant(row.service_period_end) },
    rated: row.rating_version === null ? null : readRating(row).part,
  }));
};
