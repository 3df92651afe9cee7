import type { UsageFreshness } from "./freshness.ts";
import type { MeterStore } from "./meter-store.ts";
import type { ParkedEvents } from "./parked-events.ts";
import type { UsageReader } from "./usage-reader.ts";
import type { Clock } from "../shared/clock.ts";
import type { CustomerStore } from "../shared/customer-store.ts";
import type { EventLogHead } from "../shared/event-log.ts";
import type { IdSource, MonotonicNow } from "../shared/sources.ts";
import { defineMeter } from "./define-meter.ts";
import { deleteMeter } from "./delete-meter.ts";
import { getMeter } from "./get-meter.ts";
import { listEvents } from "./list-events.ts";
import { listGroupByValues } from "./list-group-by-values.ts";
import { listMeterSubjects } from "./list-meter-subjects.ts";
import { listMeters } from "./list-meters.ts";
import { listParkedEvents } from "./list-parked-events.ts";
import { queryMeter } from "./query-meter.ts";
import { updateMeter } from "./update-meter.ts";

export type MeteringDeps = Readonly<{
  meters: MeterStore;
  customers: CustomerStore;
  parked: ParkedEvents;
  reader: UsageReader;
  freshness: UsageFreshness;
  log: EventLogHead;
  clock: Clock;
  systemClock: Clock;
  ids: IdSource;
  monotonicNow: MonotonicNow;
}>;

/** Each verb with its parts in place. */
export type MeteringUseCases = Readonly<{
  defineMeter: ReturnType<typeof defineMeter>;
  listMeters: ReturnType<typeof listMeters>;
  getMeter: ReturnType<typeof getMeter>;
  updateMeter: ReturnType<typeof updateMeter>;
  deleteMeter: ReturnType<typeof deleteMeter>;
  queryMeter: ReturnType<typeof queryMeter>;
  listMeterSubjects: ReturnType<typeof listMeterSubjects>;
  listGroupByValues: ReturnType<typeof listGroupByValues>;
  listEvents: ReturnType<typeof listEvents>;
  listParkedEvents: ReturnType<typeof listParkedEvents>;
}>;

export const createMeteringUseCases = (deps: MeteringDeps): MeteringUseCases => ({
  defineMeter: defineMeter(deps),
  listMeters: listMeters(deps),
  getMeter: getMeter(deps),
  updateMeter: updateMeter(deps),
  deleteMeter: deleteMeter(deps),
  queryMeter: queryMeter(deps),
  listMeterSubjects: listMeterSubjects(deps),
  listGroupByValues: listGroupByValues(deps),
  listEvents: listEvents(deps),
  listParkedEvents: listParkedEvents(deps),
});
