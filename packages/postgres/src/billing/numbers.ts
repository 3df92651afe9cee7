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

export const listSequences = async (
  db: Db,
  { namespace, series }: Series,
): Promise<Readonly<{ sequences: readonly number[]; next: number }>> => {
  if (!isStorable(namespace) || !isStorable(series)) return { sequences: [], next: 1 };
  return readOnly(db, async (tx) => {
    const rows = await tx
      .selectFrom("invoices")
      .select("sequence")
      .where("namespace", "=", namespace)
      .where("series", "=", series)
      .orderBy("sequence")
      .execute();
    const state = await tx
      .selectFrom("number_series")
      .select("next")
      .where("namespace", "=", namespace)
      .where("series", "=", series)
      .executeTakeFirst();
    return { sequences: rows.flatMap(({ sequence }) => sequence ?? []), next: state?.next ?? 1 };
  });
};
