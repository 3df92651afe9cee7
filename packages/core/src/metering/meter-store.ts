import type { Meter, MeterDefinition, MeterId, MeterLabels, TooManyDimensions, TooManyMeters } from "@meter/catalog";
import type { MeterBuild } from "@meter/metering";
import type { Instant, Result } from "@meter/primitives";
import type { MeterInUse } from "./meter-in-use.ts";
import type { Conflict } from "../shared/conflict.ts";

export type MeterOrder = Readonly<{
  by: "key" | "name" | "aggregation" | "createdAt" | "updatedAt";
  direction: "asc" | "desc";
}>;

/** A meter with its builds: the one that answers, and the one that will when it is complete. */
export type MeterWithBuilds = Readonly<{ meter: Meter; current: MeterBuild | null; pending: MeterBuild | null }>;

export type MeterStore = Readonly<{
  /**
   * Meter and first (pending) build in one transaction. A live meter of the same key is a conflict; one more than
   * `meterLimits` allows is refused, decided in one step with other creations.
   */
  create: (meter: Meter, build: MeterBuild) => Promise<Result<Meter, Conflict | TooManyMeters | TooManyDimensions>>;
  list: (
    namespace: string,
    options: Readonly<{ order: MeterOrder; includeDeleted: boolean }>,
  ) => Promise<readonly Meter[]>;
  /** By id (deleted ones, too) or by key (live ones only). */
  find: (namespace: string, idOrKey: string) => Promise<MeterWithBuilds | null>;
  /**
   * Sets labels and group-by of a live meter. When the group-by is another than the stored one, `build` becomes the
   * pending one, and a pending one before it ends; else `build` is not used. Decided in one step, so that two changes at
   * once leave the build of the one that came last. Null when there is no such live meter. `endedAt` is the system's time.
   * A dimension that a feature filters on which is not archived and in use at `updatedAt` keeps its path: decided in one step
   * with publications and subscriptions.
   */
  update: (
    namespace: string,
    id: MeterId,
    change: Readonly<{
      labels: MeterLabels;
      groupBy: MeterDefinition["groupBy"];
      updatedAt: Instant;
      build: MeterBuild;
      endedAt: Instant;
    }>,
  ) => Promise<Result<Meter, MeterInUse | TooManyDimensions> | null>;
  /**
   * Soft: the meter stays, its builds end, at the system's time. Refused while a feature that names it, and is not archived,
   * is in use at `deletedAt`: decided in one step with publications and subscriptions. Null when there is no such live meter.
   */
  delete: (
    namespace: string,
    id: MeterId,
    at: Readonly<{ deletedAt: Instant; buildsEndedAt: Instant }>,
  ) => Promise<Result<null, MeterInUse> | null>;
  /** Live meters of an event type, for explaining events. */
  listByEventTypes: (namespace: string, eventTypes: readonly string[]) => Promise<readonly Meter[]>;
}>;
