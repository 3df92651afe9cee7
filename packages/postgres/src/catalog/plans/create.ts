import type { Plan, PlanId } from "@meter/catalog";
import type { PlanDraft, PlanDraftExists } from "@meter/core";
import { err, ok, type Result } from "@meter/primitives";
import type { Db, Tx } from "../../database.ts";
import { isUniqueViolation, transact } from "../../transaction.ts";
import { toDbPhases, toDbPlan, toDbRateCards } from "./db-plan.ts";

/** How often a number is taken anew that another creation has taken meanwhile. */
const triesMax = 5;

/** Of two creations of one key at once exactly one succeeds: a key has one draft. */
export const createPlan = async (db: Db, draft: PlanDraft): Promise<Result<Plan, PlanDraftExists>> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return ok(await transact(db, (tx) => insertDraft(tx, draft)));
    } catch (error) {
      if (isUniqueViolation(error, "plans_one_draft")) {
        return err({ type: "plan_draft_exists", key: draft.key, draftId: await findDraftId(db, draft) });
      }
      // the other draft with this number may not be one any more: then this one gets the next number
      if (!isUniqueViolation(error, "plans_version_key") || attempt === triesMax) throw error;
    }
  }
};

const insertDraft = async (tx: Tx, draft: PlanDraft): Promise<Plan> => {
  const { highest } = await tx
    .selectFrom("plans")
    .select((of) => of.fn.max("version").as("highest"))
    .where("namespace", "=", draft.namespace)
    .where("key", "=", draft.key)
    .executeTakeFirstOrThrow();
  const plan: Plan = {
    ...draft,
    version: (highest ?? 0) + 1,
    effectiveFrom: null,
    effectiveTo: null,
    updatedAt: draft.createdAt,
    deletedAt: null,
  };
  await tx.insertInto("plans").values(toDbPlan(plan)).execute();
  await insertPhases(tx, plan);
  return plan;
};

/** Phases and rate cards of a plan that has none. */
export const insertPhases = async (tx: Tx, plan: Plan): Promise<void> => {
  for (const phases of chunks(toDbPhases(plan))) await tx.insertInto("plan_phases").values(phases).execute();
  for (const rateCards of chunks(toDbRateCards(plan))) {
    await tx.insertInto("plan_rate_cards").values(rateCards).execute();
  }
};

/** Rows of one statement: a statement takes 65,535 parameters. */
const rowsMax = 1_000;

const chunks = <T>(rows: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(rows.length / rowsMax) }, (_, index) =>
    rows.slice(index * rowsMax, (index + 1) * rowsMax),
  );

/** Null when it is no draft any more. */
const findDraftId = async (db: Db, { namespace, key }: PlanDraft): Promise<PlanId | null> => {
  const row = await db
    .selectFrom("plans")
    .select("id")
    .where("namespace", "=", namespace)
    .where("key", "=", key)
    .where("effective_from", "is", null)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  return row === undefined ? null : (row.id as PlanId); // what toDbPlan wrote
};
