import {
  checkMeterDefinition,
  checkMeterLabels,
  type Meter,
  type MeterDefinition,
  type MeterLabels,
  type TooManyDimensions,
} from "@meter/catalog";
import { err, type Result } from "@meter/primitives";
import type { MeterInUse } from "./meter-in-use.ts";
import type { Clock } from "../shared/clock.ts";
import type { MeterStore } from "./meter-store.ts";
import { findLiveMeter, type MeterNotFound } from "./get-meter.ts";
import { type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import { createMeterBuild } from "./meter-build.ts";
import type { IdSource } from "../shared/sources.ts";

export type MeterChange = Readonly<{
  /** Null: the meter's key. */
  name: string | null;
  /** Absent: it stays. */
  description?: string | null;
  metadata: MeterLabels["metadata"];
  groupBy: MeterDefinition["groupBy"];
}>;

/**
 * Sets labels and group-by. A changed group-by is a new build: until it is complete, the one before answers what it can.
 * Everything else of a meter is what it was for good, and so is the path of a dimension while what filters on it is billed.
 */
export const updateMeter =
  (deps: Readonly<{ meters: MeterStore; clock: Clock; systemClock: Clock; ids: IdSource }>) =>
  async (
    namespace: string,
    idOrKey: string,
    change: MeterChange,
  ): Promise<Result<Meter, InvalidInput | MeterNotFound | MeterInUse | TooManyDimensions>> => {
    const found = await findLiveMeter(deps.meters, namespace, idOrKey);
    if (!found.ok) return found;
    const { meter } = found.value;
    const labels: MeterLabels = {
      name: change.name ?? meter.key,
      description: change.description === undefined ? meter.description : change.description,
      metadata: change.metadata,
    };
    const definition = { ...meter, groupBy: change.groupBy };
    const faults = [...checkMeterLabels(labels), ...checkMeterDefinition(definition)];
    if (faults.length > 0) return invalidInput(...faults);
    const updated = await deps.meters.update(namespace, meter.id, {
      labels,
      groupBy: change.groupBy,
      updatedAt: deps.clock.now(),
      build: createMeterBuild(deps.ids, namespace, definition),
      endedAt: deps.systemClock.now(),
    });
    return updated ?? err({ type: "meter_not_found", meter: idOrKey });
  };
