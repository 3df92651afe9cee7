import { sql } from "kysely";
import { isStorable } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import { readOnly } from "../transaction.ts";

type Series = Readonly<{ namespace: string; series: string }>;

/** Locks the series until the transaction ends: a number that is rolled back is given to the next who asks. */
export const nextNumber = async (tx: Tx, { namespace, series }: Series): Promise<number> => {
  const row = await tx
    .insertInto("number_series")
    .values({ namespace, series, next: 2 })
    .onConflict((conflict) =>
      conflict.columns(["namespace", "series"]).doUpdateSet({ next: sql<number>`number_series.next + 1` }),
    )
    .returning("next")
    .executeTakeFirstOrThrow();
  return row.next - 1;
};

type Gap = Readonly<{ expected: number; found: number }>;

/** As of one moment. */
export const findGap = async (
  db: Db,
  { namespace, series }: Series,
): Promise<Readonly<{ numbers: number; gap: Gap | null }>> => {
  if (!isStorable(namespace) || !isStorable(series)) return { numbers: 0, gap: null };
  return readOnly(db, async (tx) => {
    const given = tx.selectFrom("invoices").where("namespace", "=", namespace).where("series", "=", series);
    const { numbers } = await given.select((of) => of.fn.countAll<number>().as("numbers")).executeTakeFirstOrThrow();
    const gap = await tx
      .selectFrom(
        given
          .select((of) => [
            of.ref("sequence").$notNull().as("found"), // by invoices_issued_check
            of.fn
              .agg<number>("row_number")
              .over((over) => over.orderBy("sequence"))
              .as("expected"),
          ])
          .as("given"),
      )
      .selectAll()
      .whereRef("found", "<>", "expected")
      .orderBy("expected")
      .limit(1)
      .executeTakeFirst();
    if (gap !== undefined) return { numbers, gap };
    const state = await tx
      .selectFrom("number_series")
      .select("next")
      .where("namespace", "=", namespace)
      .where("series", "=", series)
      .executeTakeFirst();
    const [expected, found] = [numbers + 1, state?.next ?? 1];
    return { numbers, gap: expected === found ? null : { expected, found } };
  });
};
