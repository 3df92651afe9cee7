import type { LineOverlap } from "@meter/core";
import type { InvoiceId, InvoiceLineId } from "@meter/invoicing";
import { sql } from "kysely";
import { fromDbInstant, isStorable } from "../columns.ts";
import type { Db } from "../database.ts";
import { readOnly } from "../transaction.ts";

type Row = Readonly<{ line_id: string; line_end: Date; next_invoice_id: string; next_id: string; next_start: Date }>;

/**
 * The rate card is the third part of a charge key: `SUBSCRIPTION/PHASE/ITEM/v[0]/period[3]`. Of any lines that overlap some
 * neighbours in the order of start and end do. As of one moment.
 */
export const findOverlaps = async (
  db: Db,
  { namespace, limit }: Readonly<{ namespace: string; limit: number }>,
): Promise<Readonly<{ lines: number; overlaps: readonly LineOverlap[] }>> => {
  if (!isStorable(namespace)) return { lines: 0, overlaps: [] };
  return readOnly(db, async (tx) => {
    const { lines } = await tx
      .selectFrom("invoice_lines")
      .select((of) => of.fn.countAll<number>().as("lines"))
      .where("namespace", "=", namespace)
      .where("voided", "=", false)
      .executeTakeFirstOrThrow();
    const { rows } = await sql<Row>`
      select id as line_id, service_period_end as line_end, next_invoice_id, next_id, next_start
      from (
        select subscription_id, split_part(charge_key, '/', 3) as item_key, id, service_period_end,
          lead(invoice_id) over item as next_invoice_id,
          lead(id) over item as next_id,
          lead(service_period_start) over item as next_start
        from invoice_lines
        where namespace = ${namespace} and not voided
        window item as (
          partition by subscription_id, split_part(charge_key, '/', 3) order by service_period_start, service_period_end, id
        )
      ) lines
      where next_start < service_period_end
      order by subscription_id, item_key, next_start, next_id
      limit ${limit}`.execute(tx);
    return { lines, overlaps: rows.map(toOverlap) };
  });
};

const toOverlap = (row: Row): LineOverlap => ({
  invoiceId: row.next_invoice_id as InvoiceId, // what toDbLines wrote, and the ids below
  lineId: row.next_id as InvoiceLineId,
  start: fromDbInstant(row.next_start),
  other: { lineId: row.line_id as InvoiceLineId, end: fromDbInstant(row.line_end) },
});
