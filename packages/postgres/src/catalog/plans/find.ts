import type { Plan, PriceModels } from "@meter/catalog";
import type { PlanStore } from "@meter/core";
import type { SelectQueryBuilder, Selectable } from "kysely";
import { isStorable, toDbInstant } from "../../columns.ts";
import type { Db, DB, PlansTable } from "../../database.ts";
import { readOnly } from "../../transaction.ts";
import { loadPlans } from "./load.ts";

type FindOptions = Parameters<PlanStore["find"]>[2];

export const findPlan = async (
  db: Db,
  namespace: string,
  idOrKey: string,
  options: FindOptions & Readonly<{ models: PriceModels }>,
): Promise<Plan | null> => {
  if (!isStorable(namespace) || !isStorable(idOrKey)) return null;
  return readOnly(db, async (tx) => {
    const all = tx.selectFrom("plans").selectAll().where("namespace", "=", namespace);
    const row =
      (await all.where("id", "=", idOrKey).executeTakeFirst()) ??
      (await byKey(all.where("key", "=", idOrKey), options).executeTakeFirst());
    const [plan] = await loadPlans(tx, row === undefined ? [] : [row], options.models);
    return plan ?? null;
  });
};

type Versions = SelectQueryBuilder<DB, "plans", Selectable<PlansTable>>;

const byKey = (versions: Versions, { at, includeLatest }: FindOptions): Versions => {
  const descending = versions.orderBy("version", "desc").limit(1);
  if (includeLatest) return descending;
  return descending
    .where("deleted_at", "is", null)
    .where("effective_from", "<=", toDbInstant(at))
    .where((is) => is.or([is("effective_to", "is", null), is("effective_to", ">", toDbInstant(at))]));
};
