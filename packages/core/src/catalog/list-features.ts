import type { FeaturePage, FeatureStore } from "./catalog-store.ts";

export const listFeatures =
  (deps: Readonly<{ features: Pick<FeatureStore, "list"> }>) =>
  async (namespace: string, options: Parameters<FeatureStore["list"]>[1]): Promise<FeaturePage> =>
    deps.features.list(namespace, options);
