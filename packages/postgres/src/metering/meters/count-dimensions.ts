import type { Meter } from "@meter/catalog";
import { sql } from "kysely";
import type { Tx } from "../../database.ts";

/** Whatever makes the meters of one namespace more or wider comes one after the other from here to the end of the transaction. */
export const lockMetersOf = async (tx: Tx, namespace: string): Promise<void> => {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`meters of ${namespace}`}, 0))`.execute(tx);
};

/** Dimensions of the other live meters of a meter's event type. */
export const countDimensions = async (
  tx: Tx,
  { namespace, id, eventType }: Pick<Meter, "namespace" | "id" | "eventType">,
): Promise<number> => {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from meters, jsonb_object_keys(meters.group_by)
    where namespace = ${namespace} and event_type = ${eventType} and deleted_at is null and id <> ${id}`.execute(tx);
  return rows[0]?.count ?? 0;
};
