import type { Meter } from "@meter/catalog";
import { err, ok, type Result } from "@meter/primitives";
import type { MeterStore, MeterWithBuilds } from "./meter-store.ts";

export type MeterNotFound = Readonly<{ type: "meter_not_found"; meter: string }>;

/** By id (deleted ones, too) or by key (live ones only). */
export const getMeter =
  (deps: Readonly<{ meters: Pick<MeterStore, "find"> }>) =>
  async (namespace: string, idOrKey: string): Promise<Result<Meter, MeterNotFound>> => {
    const found = await deps.meters.find(namespace, idOrKey);
    return found === null ? err({ type: "meter_not_found", meter: idOrKey }) : ok(found.meter);
  };

/** A live meter with its builds. */
export const findLiveMeter = async (
  meters: Pick<MeterStore, "find">,
  namespace: string,
  idOrKey: string,
): Promise<Result<MeterWithBuilds, MeterNotFound>> => {
  const found = await meters.find(namespace, idOrKey);
  return found === null || found.meter.deletedAt !== null
    ? err({ type: "meter_not_found", meter: idOrKey })
    : ok(found);
};
