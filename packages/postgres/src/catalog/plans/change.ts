import type { Plan, PlanId, PriceModels } from "@meter/catalog";
import { applyPlanChange, type PlanChange, type PlanToChange } from "@meter/core";
import { ok, type Result } from "@meter/primitives";
import { isStorable } from "../../columns.ts";
import type { Db, Tx } from "../../database.ts";
import { lockFeatures } from "../features/lock-features.ts";
import { transact } from "../../transaction.ts";
import { insertPhases } from "./create.ts";
import { toDbContent, toDbDates } from "./db-plan.ts";
import { loadPlans } from "./load.ts";

/**
 * Locks every version of the key, and the features that the plan names, before it decides; so that publications of one key
 * come one after the other, and no feature is archived meanwhile.
 */
export const changePlan = async <E>(
  db: Db,
  { namespace, id, models }: Readonly<{ namespace: string; id: PlanId; models: PriceModels }>,
  decide: (state: PlanToChange) => Result<PlanChange, E>,
): Promise<Result<Plan, E> | null> => {
  if (!isStorable(namespace) || !isStorable(id)) return null;
  return transact(db, async (tx) => {
    const versions = await lockVersions(tx, { namespace, id, models });
    const plan = versions.find((version) => version.id === id);
    if (plan === undefined) return null;
    const others = versions.filter((version) => version !== plan && version.deletedAt === null);
    const decided = decide({ plan, others, ...(await lockFeatures(tx, namespace, featureKeysOf(plan))) });
    if (!decided.ok) return decided;
    const change = decided.value;
    // the others first: what they leave (to be the one without an end) is the plan's to take
    for (const other of others) await writeChange(tx, other, change);
    return ok(await writeChange(tx, plan, change));
  });
};

const lockVersions = async (
  tx: Tx,
  { namespace, id, models }: Readonly<{ namespace: string; id: PlanId; models: PriceModels }>,
): Promise<readonly Plan[]> => {
  const rows = await tx
    .selectFrom("plans")
    .selectAll()
    .where("namespace", "=", namespace)
    .where("key", "=", (of) =>
      of.selectFrom("plans").select("key").where("namespace", "=", namespace).where("id", "=", id),
    )
    .orderBy("version") // the same order everywhere
    .forUpdate()
    .execute();
  return loadPlans(tx, rows, models);
};

const featureKeysOf = ({ phases }: Plan): readonly string[] => [
  ...new Set(phases.flatMap(({ rateCards }) => rateCards.flatMap(({ featureKey }) => featureKey ?? []))),
];

/** Writes what the change makes of one version, and answers it. */
const writeChange = async (tx: Tx, before: Plan, change: PlanChange): Promise<Plan> => {
  const after = applyPlanChange(before, change);
  if (after === before) return before;
  await tx
    .updateTable("plans")
    .set({ ...toDbContent(after), ...toDbDates(after) })
    .where("namespace", "=", after.namespace)
    .where("id", "=", after.id)
    .execute();
  if (after.phases !== before.phases) await replacePhases(tx, after);
  return after;
};

const replacePhases = async (tx: Tx, plan: Plan): Promise<void> => {
  for (const table of ["plan_rate_cards", "plan_phases"] as const) {
    await tx.deleteFrom(table).where("namespace", "=", plan.namespace).where("plan_id", "=", plan.id).execute();
  }
  await insertPhases(tx, plan);
};
