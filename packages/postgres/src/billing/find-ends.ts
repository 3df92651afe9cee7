import type { SubscriptionEnd } from "@meter/core";
import { fromDbInstant, isStorable } from "../columns.ts";
import type { Db } from "../database.ts";

export const findEnds = async (
  db: Db,
  namespace: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, SubscriptionEnd>> => {
  const storable = ids.filter(isStorable);
  if (!isStorable(namespace) || storable.length === 0) return new Map();
  const rows = await db
    .selectFrom("subscriptions")
    .select(["id", "active_to", "updated_at"])
    .where("namespace", "=", namespace)
    .where("id", "in", storable)
    .where("active_to", "is not", null)
    .where("pro_rating_enabled", "=", true)
    .execute();
  return new Map(
    rows.flatMap(({ id, active_to, updated_at }) =>
      active_to === null
        ? []
        : [[id, { activeTo: fromDbInstant(active_to), setAt: fromDbInstant(updated_at) }] as const],
    ),
  );
};
