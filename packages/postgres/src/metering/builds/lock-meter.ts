import type { Meter } from "@meter/catalog";
import type { Tx } from "../../database.ts";
import { fromDbMeter } from "../meters/db-meter.ts";

/**
 * Locks a meter's row until the transaction ends, before its builds are touched: updates, deletes and completions of
 * one meter come one after the other. A deleted one, too; null when there is none.
 */
export const lockMeter = async (tx: Tx, meter: Readonly<{ namespace: string; id: string }>): Promise<Meter | null> => {
  const row = await tx
    .selectFrom("meters")
    .selectAll()
    .where("namespace", "=", meter.namespace)
    .where("id", "=", meter.id)
    .forUpdate()
    .executeTakeFirst();
  return row ? fromDbMeter(row) : null;
};
