import { checkFeatureDefinition, checkFeatureMeter } from "@meter/catalog";
import type { Feature, FeatureDefinition, FeatureId } from "@meter/catalog";
import { err, type Result } from "@meter/primitives";
import type { FeatureStore } from "./catalog-store.ts";
import type { Clock } from "../shared/clock.ts";
import type { Conflict } from "../shared/conflict.ts";
import type { MeterStore } from "../metering/meter-store.ts";
import { findLiveMeter, type MeterNotFound } from "../metering/get-meter.ts";
import { type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import type { IdSource } from "../shared/sources.ts";

/** A new feature. Its meter, if any, is live and one whose usage can be sold. */
export const createFeature =
  (deps: Readonly<{ features: FeatureStore; meters: Pick<MeterStore, "find">; clock: Clock; ids: IdSource }>) =>
  async (
    namespace: string,
    input: FeatureDefinition,
  ): Promise<Result<Feature, InvalidInput | MeterNotFound | Conflict>> => {
    const faults = checkFeatureDefinition(input);
    if (faults.length > 0) return invalidInput(...faults);
    if (input.meterKey !== null) {
      const meter = await findLiveMeter(deps.meters, namespace, input.meterKey);
      if (!meter.ok) return meter;
      // an id finds a meter, too; what is kept is the key
      if (meter.value.meter.key !== input.meterKey) return err({ type: "meter_not_found", meter: input.meterKey });
      const meterFaults = checkFeatureMeter(input, meter.value.meter);
      if (meterFaults.length > 0) return invalidInput(...meterFaults);
    }
    const now = deps.clock.now();
    return deps.features.create({
      id: deps.ids.ulid() as FeatureId, // a new ULID becomes a feature's id here
      namespace,
      key: input.key,
      name: input.name,
      description: input.description,
      metadata: input.metadata,
      meterKey: input.meterKey,
      meterGroupByFilters: input.meterGroupByFilters,
      createdAt: now,
      updatedAt: now,
      archivedAt: null,
    });
  };
