import {
  checkMeterDefinition,
  checkMeterKey,
  checkMeterLabels,
  type Meter,
  type MeterDefinition,
  type MeterId,
  type MeterLabels,
  type TooManyDimensions,
  type TooManyMeters,
} from "@meter/catalog";
import type { Result } from "@meter/primitives";
import type { Clock } from "../shared/clock.ts";
import type { Conflict } from "../shared/conflict.ts";
import type { MeterStore } from "./meter-store.ts";
import { type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import { createMeterBuild } from "./meter-build.ts";
import type { IdSource } from "../shared/sources.ts";

export type MeterToDefine = MeterDefinition & MeterLabels & Readonly<{ key: string }>;

/** A new meter with its first build, which answers for all events of its type once the worker has folded them. */
export const defineMeter =
  (deps: Readonly<{ meters: MeterStore; clock: Clock; ids: IdSource }>) =>
  async (
    namespace: string,
    input: MeterToDefine,
  ): Promise<Result<Meter, InvalidInput | Conflict | TooManyMeters | TooManyDimensions>> => {
    const faults = [...checkMeterKey(input.key), ...checkMeterLabels(input), ...checkMeterDefinition(input)];
    if (faults.length > 0) return invalidInput(...faults);
    const now = deps.clock.now();
    const meter: Meter = {
      id: deps.ids.ulid() as MeterId, // a new ULID becomes a meter's id here
      namespace,
      key: input.key,
      name: input.name,
      description: input.description,
      metadata: input.metadata,
      eventType: input.eventType,
      aggregation: input.aggregation,
      valueProperty: input.valueProperty,
      groupBy: input.groupBy,
      eventFrom: input.eventFrom,
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
    };
    return deps.meters.create(meter, createMeterBuild(deps.ids, namespace, meter));
  };
