import {
  checkDimensionCounts,
  checkMeterCounts,
  type Meter,
  type MeterDefinition,
  type MeterId,
  sameGroupBy,
} from "@meter/catalog";
import type { BuildId } from "@meter/metering";
import { err, type Instant, ok } from "@meter/primitives";
import type { MeterInUse } from "../metering/meter-in-use.ts";
import type { MeterOrder, MeterStore, MeterWithBuilds } from "../metering/meter-store.ts";

export type MemoryMeters = MeterStore &
  Readonly<{
    /** Makes a pending build the one that answers. */
    complete: (build: BuildId) => void;
  }>;

/** What keeps a meter from another group-by, or (null) from its end. */
export type FindMeterInUse = (
  meter: Meter,
  groupBy: MeterDefinition["groupBy"] | null,
  at: Instant,
) => MeterInUse | null;

/** Meters in memory, gone with the process. Nothing uses them unless `findInUse` says so. */
export const createMemoryMeters = ({
  findInUse = () => null,
}: Readonly<{ findInUse?: FindMeterInUse }> = {}): MemoryMeters => {
  const meters = new Map<MeterId, MeterWithBuilds>();
  const of = (namespace: string) => [...meters.values()].filter(({ meter }) => meter.namespace === namespace);
  const live = (namespace: string) => of(namespace).filter(({ meter }) => meter.deletedAt === null);
  /** Of the other live meters of its event type. */
  const dimensionsBeside = ({ namespace, id, eventType }: Meter): number =>
    live(namespace)
      .filter(({ meter }) => meter.id !== id && meter.eventType === eventType)
      .reduce((sum, { meter }) => sum + Object.keys(meter.groupBy).length, 0);
  return {
    create: async (meter, build) => {
      const existing = live(meter.namespace).find((other) => other.meter.key === meter.key);
      if (existing !== undefined)
        return err({ type: "conflict", message: `a meter ${meter.key} exists`, conflictingId: existing.meter.id });
      const others = live(meter.namespace);
      const ofType = others.filter((other) => other.meter.eventType === meter.eventType).length;
      const tooMany = checkMeterCounts(meter.eventType, { ofType, inNamespace: others.length });
      if (tooMany !== null) return err(tooMany);
      const wanted = Object.keys(meter.groupBy).length;
      const tooWide = checkDimensionCounts(meter.eventType, { others: dimensionsBeside(meter), held: 0, wanted });
      if (tooWide !== null) return err(tooWide);
      meters.set(meter.id, { meter, current: null, pending: build });
      return ok(meter);
    },
    list: async (namespace, { order, includeDeleted }) =>
      (includeDeleted ? of(namespace) : live(namespace)).map(({ meter }) => meter).toSorted(compare(order)),
    find: async (namespace, idOrKey) =>
      of(namespace).find(({ meter }) => meter.id === idOrKey) ??
      live(namespace).find(({ meter }) => meter.key === idOrKey) ??
      null,
    update: async (namespace, id, { labels, groupBy, updatedAt, build }) => {
      const found = live(namespace).find(({ meter }) => meter.id === id);
      if (found === undefined) return null;
      const inUse = findInUse(found.meter, groupBy, updatedAt);
      if (inUse !== null) return err(inUse);
      const tooWide = checkDimensionCounts(found.meter.eventType, {
        others: dimensionsBeside(found.meter),
        held: Object.keys(found.meter.groupBy).length,
        wanted: Object.keys(groupBy).length,
      });
      if (tooWide !== null) return err(tooWide);
      const meter: Meter = { ...found.meter, ...labels, groupBy, updatedAt };
      meters.set(id, { ...found, meter, ...(sameGroupBy(found.meter.groupBy, groupBy) ? {} : { pending: build }) });
      return ok(meter);
    },
    delete: async (namespace, id, { deletedAt }) => {
      const found = live(namespace).find(({ meter }) => meter.id === id);
      if (found === undefined) return null;
      const inUse = findInUse(found.meter, null, deletedAt);
      if (inUse !== null) return err(inUse);
      meters.set(id, { meter: { ...found.meter, updatedAt: deletedAt, deletedAt }, current: null, pending: null });
      return ok(null);
    },
    listByEventTypes: async (namespace, eventTypes) =>
      live(namespace)
        .map(({ meter }) => meter)
        .filter(({ eventType }) => eventTypes.includes(eventType)),
    complete: (build) => {
      for (const [id, found] of meters)
        if (found.pending?.id === build) meters.set(id, { ...found, current: found.pending, pending: null });
    },
  };
};

const compare =
  ({ by, direction }: MeterOrder) =>
  (a: Meter, b: Meter): number => {
    const sign = direction === "asc" ? 1 : -1;
    if (a[by] === b[by]) return a.id < b.id ? -1 : 1;
    return a[by] < b[by] ? -sign : sign;
  };
