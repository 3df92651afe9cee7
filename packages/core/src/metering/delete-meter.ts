import { err, ok, type Result } from "@meter/primitives";
import type { MeterInUse } from "./meter-in-use.ts";
import type { Clock } from "../shared/clock.ts";
import type { MeterStore } from "./meter-store.ts";
import type { MeterNotFound } from "./get-meter.ts";

/**
 * Soft: the meter stays readable by id, its builds end, its events stay. Deleting by id again is the same as once. What is
 * billed by it keeps it.
 */
export const deleteMeter =
  (deps: Readonly<{ meters: MeterStore; clock: Clock; systemClock: Clock }>) =>
  async (namespace: string, idOrKey: string): Promise<Result<null, MeterNotFound | MeterInUse>> => {
    const found = await deps.meters.find(namespace, idOrKey);
    if (found === null) return err({ type: "meter_not_found", meter: idOrKey });
    if (found.meter.deletedAt !== null) return ok(null);
    const at = { deletedAt: deps.clock.now(), buildsEndedAt: deps.systemClock.now() };
    return (await deps.meters.delete(namespace, found.meter.id, at)) ?? ok(null);
  };
