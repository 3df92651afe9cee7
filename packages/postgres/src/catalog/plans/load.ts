import type { Plan, PriceModels } from "@meter/catalog";
import type { Selectable } from "kysely";
import { textArray } from "../../columns.ts";
import type { Db, PlansTable } from "../../database.ts";
import { fromDbPlan } from "./db-plan.ts";

/** Whole plans for rows of one namespace, in the same order. To be called in the transaction that read the rows. */
export const loadPlans = async (
  tx: Db,
  rows: readonly Selectable<PlansTable>[],
  models: PriceModels,
): Promise<readonly Plan[]> => {
  const [first] = rows;
  if (first === undefined) return [];
  const ids = textArray(rows.map(({ id }) => id));
  const phases = await tx
    .selectFrom("plan_phases")
    .selectAll()
    .where("namespace", "=", first.namespace)
    .where((is) => is("plan_id", "=", is.fn.any(ids)))
    .orderBy("position")
    .execute();
  const rateCards = await tx
    .selectFrom("plan_rate_cards")
    .selectAll()
    .where("namespace", "=", first.namespace)
    .where((is) => is("plan_id", "=", is.fn.any(ids)))
    .orderBy("position")
    .execute();
  const phasesById = Map.groupBy(phases, ({ plan_id }) => plan_id);
  const rateCardsById = Map.groupBy(rateCards, ({ plan_id }) => plan_id);
  return rows.map((row) =>
    fromDbPlan(row, { phases: phasesById.get(row.id) ?? [], rateCards: rateCardsById.get(row.id) ?? [], models }),
  );
};
