import type { AcceptedEvent } from "@meter/events";
import type { BuildId, MeterBuild } from "@meter/metering";
import { instant } from "@meter/primitives";
import type { BuildState, BuildStore } from "../metering/builds.ts";
import type { Clock, Logger, Timer } from "../shared/clock.ts";
import type { AppliedMarker, EventLogPartition, LogEntry, LogId, LogPosition } from "../shared/event-log.ts";
import type { ParkedEvent, ParkedEvents } from "../metering/parked-events.ts";
import type {
  EventRow,
  InsertAnswer,
  OffsetRange,
  TableDisk,
  UsageEngine,
  UsageTableRow,
  UsageTables,
} from "../metering/usage-tables.ts";
import { createWake } from "./wake.ts";

/** What the world does with one write; drawn by the test. */
export type Fate = "stored" | "lost" | "unheard" | "late" | "torn" | "refused" | "exhausted" | "unsent";

export type World = {
  /** Draws what happens to the next write. */
  fate: (rows: readonly Readonly<{ position: LogPosition }>[]) => Fate;
  syncs: boolean;
  /** Parts that are not whole on disk; the test takes their rows away. */
  readonly torn: string[];
  readonly entries: LogEntry[];
  trimBound: number;
  marker: AppliedMarker | null;
  syncFailure: string | null;
  events: EventRow[];
  usage: UsageTableRow[];
  /** Writes whose connection is gone and that may still be committed, until the engine is settled. */
  readonly pending: (() => void)[];
  readonly builds: Map<BuildId, { state: BuildState; ended: boolean }>;
  readonly parked: Map<number, ParkedEvent>;
  readonly appended: ReturnType<typeof createWake>;
  readonly buildListeners: Set<() => void>;
  settles: number;
};

export const log = "01HZZZZZZZZZZZZZZZZZZZZZZZ" as LogId;
const partition = 0;

export const createWorld = (fate: World["fate"]): World => ({
  fate,
  syncs: true,
  torn: [],
  entries: [],
  trimBound: 0,
  marker: null,
  syncFailure: null,
  events: [],
  usage: [],
  pending: [],
  builds: new Map(),
  parked: new Map(),
  appended: createWake(),
  buildListeners: new Set(),
  settles: 0,
});

export const append = (world: World, events: readonly AcceptedEvent[]): void => {
  for (const event of events) world.entries.push({ offset: world.entries.length, event });
  world.appended.notify();
};

export const addBuild = (world: World, build: MeterBuild): void => {
  world.builds.set(build.id, {
    ended: false,
    state: { build, meterId: build.id as never, fromOffset: null, backfilled: false },
  });
  for (const listener of world.buildListeners) listener();
};

/** Everything in flight is committed or gone; nothing of it can happen later. */
export const settleWorld = (world: World, commits: () => boolean): void => {
  world.settles++;
  for (const commit of world.pending.splice(0)) if (commits()) commit();
};

/** The ports of one life of the worker. `alive` turns false when the process is killed: nothing it starts later has any effect. */
export const connect = (
  world: World,
  life: { alive: boolean },
  commits: () => boolean,
): Readonly<{
  log: EventLogPartition;
  tables: UsageTables;
  engine: UsageEngine;
  disk: TableDisk;
  builds: BuildStore;
  parked: ParkedEvents;
  clock: Clock;
  timer: Timer;
  logger: Logger;
}> => {
  const never = new Promise<never>(() => undefined);
  /** Runs on the world after a turn of the event loop; a killed process hears no answer. */
  const call = async <T>(work: () => T): Promise<T> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (!life.alive) return never;
    const value = work();
    await new Promise((resolve) => setImmediate(resolve));
    return life.alive ? value : never;
  };

  const insert = <Row extends Readonly<{ position: LogPosition }>>(
    rows: readonly Row[],
    commit: (rows: readonly Row[]) => void,
  ) =>
    call<InsertAnswer>(() => {
      switch (world.fate(rows)) {
        case "stored":
          commit(rows);
          return { type: "stored" };
        case "lost":
          return { type: "unknown", reason: "connection refused" };
        case "unheard":
          commit(rows);
          return { type: "unknown", reason: "connection reset after the commit" };
        case "late":
          world.pending.push(() => commit(rows));
          return { type: "unknown", reason: "time-out" };
        case "torn":
          commit(rows.slice(0, rows.length >> 1));
          return { type: "refused", permanent: false, reason: "memory limit" };
        case "refused":
          return { type: "refused", permanent: true, reason: "cannot be stored" };
        case "exhausted":
          return { type: "exhausted", reason: "memory limit" };
        case "unsent":
          return { type: "unsent", reason: "too long for a string" };
      }
    });

  const inRange = (range: OffsetRange) => (row: Readonly<{ position: LogPosition }>) =>
    row.position.offset >= range.from && row.position.offset < range.to;

  const isLive = ({ ended }: Readonly<{ ended: boolean }>): boolean => !ended;
  const setState = (id: BuildId, change: Partial<BuildState>): void => {
    const found = world.builds.get(id);
    if (found !== undefined) world.builds.set(id, { ...found, state: { ...found.state, ...change } });
  };

  return {
    log: {
      log,
      partition,
      next: () => world.entries.length,
      read: (from, { rowsMax }) => call(() => world.entries.slice(from, Math.min(from + rowsMax, from + 7))),
      waitFor: async (offset, signal) => {
        while (world.entries.length <= offset && !signal.aborted) await world.appended.wait(signal);
      },
      applied: () => world.marker,
      markApplied: (marker) =>
        call(() => {
          world.marker = marker;
        }),
      trimBound: () => world.trimBound,
      trim: (bound) =>
        call(() => {
          world.trimBound = bound;
        }),
      syncFailure: () => world.syncFailure,
      recordSyncFailure: (boot) =>
        call(() => {
          world.syncFailure = boot;
        }),
    },
    tables: {
      insertEvents: (rows) => insert(rows, (stored) => world.events.push(...stored)),
      insertUsage: (rows) => insert(rows, (stored) => world.usage.push(...stored)),
      storedEvents: (range) =>
        call(() => new Set(world.events.filter(inRange(range)).map((row) => row.position.offset))),
      storedUsage: (range) =>
        call(() => {
          const byBuild = new Map<BuildId, Set<number>>();
          for (const { position, entry } of world.usage.filter(inRange(range))) {
            const offsets = byBuild.get(entry.build) ?? new Set();
            byBuild.set(entry.build, offsets.add(position.offset));
          }
          return byBuild;
        }),
      eventExtents: ({ namespace, eventType, below }) =>
        call(() => {
          const offsets = world.events
            .filter(
              ({ event, position }) =>
                event.namespace === namespace && event.type === eventType && position.offset < below,
            )
            .map(({ position }) => position.offset);
          const [first, last] = [Math.min(...offsets), Math.max(...offsets)];
          return offsets.length === 0
            ? []
            : [
                {
                  log,
                  partition,
                  first,
                  last,
                  count: offsets.length,
                  bytes: offsets.length * 2_000_000,
                  largest: 2_000_000,
                },
              ];
        }),
      readEvents: ({ namespace, eventType, range, limit }) =>
        call(() =>
          world.events
            .filter((row) => inRange(range)(row) && row.event.namespace === namespace && row.event.type === eventType)
            .toSorted((a, b) => a.position.offset - b.position.offset)
            .slice(0, limit),
        ),
      deleteBuilds: () => call(() => undefined),
      pauseCleanup: () => call(() => undefined),
      resumeCleanup: () => call(() => undefined),
    },
    engine: { settle: () => call(() => settleWorld(world, commits)), repair: () => call(() => world.torn.splice(0)) },
    disk: { sync: () => call(() => world.syncs), findTorn: () => call(() => [...world.torn]) },
    builds: {
      listLive: () => call(() => [...world.builds.values()].filter(isLive).map(({ state }) => state)),
      cut: (_, ids, fromOffset) =>
        call(() =>
          ids.forEach((id) => setState(id, { fromOffset: world.builds.get(id)?.state.fromOffset ?? fromOffset })),
        ),
      complete: (_, id) => call(() => setState(id, { backfilled: true })),
      listEnded: () => call(() => []),
      markDeleted: () => call(() => undefined),
      onChange: (listener) => {
        world.buildListeners.add(listener);
        return () => world.buildListeners.delete(listener);
      },
    },
    parked: {
      park: (event) => call(() => void world.parked.set(event.position.offset, event)),
      list: ({ after = null }) =>
        call(() =>
          [...world.parked.values()].filter(({ position }) => after === null || position.offset > after.offset),
        ),
      count: () => call(() => world.parked.size),
      remove: (positions) => call(() => positions.forEach(({ offset }) => world.parked.delete(offset))),
    },
    clock: { now: () => instant(Date.now()) },
    timer: {
      // A hundred times faster than life.
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted === true) return resolve();
          const handle = setTimeout(resolve, ms / 100);
          signal?.addEventListener("abort", () => (clearTimeout(handle), resolve()), { once: true });
        }),
      yield: () => new Promise((resolve) => setImmediate(resolve)),
    },
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
};
