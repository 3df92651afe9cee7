import type { Feature, PlanId } from "@meter/catalog";
import type { FeatureUse } from "@meter/core";
import type { Instant } from "@meter/primitives";
import { findSubscriptionUses } from "../../billing/subscriptions.ts";
import { toDbInstant } from "../../columns.ts";
import type { Tx } from "../../database.ts";

/** What keeps a feature from being archived at that instant: the one place that knows who can name a feature. */
export const findFeatureUses = async (
  tx: Tx,
  feature: Pick<Feature, "namespace" | "id" | "key">,
  at: Instant,
): Promise<readonly FeatureUse[]> => {
  const { namespace, key: featureKey } = feature;
  const subscriptions = await findSubscriptionUses(tx, { namespace, featureKey, at });
  return [
    ...(await findPlanUses(tx, feature, at)),
    ...subscriptions.map((id): FeatureUse => ({ type: "subscription", id })),
  ];
};

/** Active and scheduled versions. Drafts and archived ones may name what is gone. */
const findPlanUses = async (
  tx: Tx,
  { namespace, key }: Pick<Feature, "namespace" | "key">,
  at: Instant,
): Promise<readonly FeatureUse[]> => {
  const rows = await tx
    .selectFrom("plans")
    .select(["id", "key", "version"])
    .where("namespace", "=", namespace)
    .where("deleted_at", "is", null)
    .where("effective_from", "is not", null)
    .where((is) => is.or([is("effective_to", "is", null), is("effective_to", ">", toDbInstant(at))]))
    .where((is) =>
      is.exists(
        is
          .selectFrom("plan_rate_cards")
          .select("key")
          .where("plan_rate_cards.namespace", "=", namespace)
          .where("plan_rate_cards.feature_key", "=", key)
          .whereRef("plan_rate_cards.plan_id", "=", "plans.id"),
      ),
    )
    .orderBy("key")
    .orderBy("version")
    .execute();
  return rows.map(({ id, ...row }) => ({ type: "plan", id: id as PlanId, ...row })); // what toDbPlan wrote
};
