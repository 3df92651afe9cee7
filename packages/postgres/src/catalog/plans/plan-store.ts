import type { PriceModels } from "@meter/catalog";
import type { PlanStore } from "@meter/core";
import type { Db } from "../../database.ts";
import { changePlan } from "./change.ts";
import { createPlan } from "./create.ts";
import { findPlan } from "./find.ts";
import { listPlans } from "./list.ts";

/** Lists sort keys by code point. A stored price that `models` cannot read makes every read of its plan reject. */
export const createPlanStore = (db: Db, models: PriceModels): PlanStore => ({
  create: (draft) => createPlan(db, draft),
  find: (namespace, idOrKey, options) => findPlan(db, namespace, idOrKey, { ...options, models }),
  list: (namespace, options) => listPlans(db, namespace, { ...options, models }),
  change: (namespace, id, decide) => changePlan(db, { namespace, id, models }, decide),
});
