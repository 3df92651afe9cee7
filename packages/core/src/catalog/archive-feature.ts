import { err, ok, type Result } from "@meter/primitives";
import type { FeatureInUse, FeatureStore } from "./catalog-store.ts";
import type { Clock } from "../shared/clock.ts";
import { type FeatureNotFound, getFeature } from "./get-feature.ts";

/** Nothing new may refer to it from now on; its key is free. Final, and the same when it is done again. */
export const archiveFeature =
  (deps: Readonly<{ features: Pick<FeatureStore, "find" | "archive">; clock: Clock }>) =>
  async (namespace: string, idOrKey: string): Promise<Result<null, FeatureNotFound | FeatureInUse>> => {
    const found = await getFeature(deps)(namespace, idOrKey);
    if (!found.ok) return found;
    const archived = await deps.features.archive(namespace, found.value.id, deps.clock.now());
    if (archived === null) return err({ type: "feature_not_found", feature: idOrKey });
    return archived.ok ? ok(null) : archived;
  };
