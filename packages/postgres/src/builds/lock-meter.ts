import type { Tx } from "../database.ts";

/**
 * Locks a meter's row until the transaction ends, before its builds are touched: updates, deletes and completions of
 * one meter come one after the other.
 */
export const lockMeter = async (
  tx: Tx,
  meter: Readonly<{ namespace: string; id: string }>,
): Promise<Readonly<{ live: boolean }> | null> => {
  const row = await tx
    .selectFrom("meters")
    .select("deleted_at")
    .where("namespace", "=", meter.namespace)
    .where("id", "=", meter.id)
    .forUpdate()
    .executeTakeFirst();
  return row ? { live: row.deleted_at === null } : null;
};
