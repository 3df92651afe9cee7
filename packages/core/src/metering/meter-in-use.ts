import type { PlanId } from "@meter/catalog";
import type { SubscriptionId } from "@meter/subscriptions";

/** Something that is on offer or in use and names a feature, so that the feature cannot be archived. */
export type FeatureUse =
  | Readonly<{ type: "plan"; id: PlanId; key: string; version: number }>
  | Readonly<{ type: "subscription"; id: SubscriptionId }>;

/**
 * The quantities of a feature that is in use would not be the same any more. `dimension`: the one it filters on that was to
 * change; null: the meter was to be deleted.
 */
export type MeterInUse = Readonly<{
  type: "meter_in_use";
  meter: string;
  feature: string;
  dimension: string | null;
  uses: readonly FeatureUse[];
}>;
