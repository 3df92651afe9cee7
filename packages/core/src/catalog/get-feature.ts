import type { Feature } from "@meter/catalog";
import { err, ok, type Result } from "@meter/primitives";
import type { FeatureStore } from "./catalog-store.ts";

export type FeatureNotFound = Readonly<{ type: "feature_not_found"; feature: string }>;

/** By id exactly that one; by key the one that is not archived, otherwise the one archived last. */
export const getFeature =
  (deps: Readonly<{ features: Pick<FeatureStore, "find"> }>) =>
  async (namespace: string, idOrKey: string): Promise<Result<Feature, FeatureNotFound>> => {
    const feature = await deps.features.find(namespace, idOrKey);
    return feature === null ? err({ type: "feature_not_found", feature: idOrKey }) : ok(feature);
  };
