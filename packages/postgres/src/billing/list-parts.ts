import type { BilledPart } from "@meter/core";
import type { InvoiceLineId } from "@meter/invoicing";
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
    .select([
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
    lineId: row.id as InvoiceLineId, // what toDbLines wrote
    servicePeriod: { start: fromDbInstant(row.service_period_start), end: fromDbInstant(row.service_period_end) },
    rated: row.rating_version === null ? null : readRating(row).part,
  }));
};
