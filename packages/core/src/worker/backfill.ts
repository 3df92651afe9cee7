import { type BuildId, createFold, type MeterBuild } from "@meter/metering";
import type { BuildState, BuildStore } from "../metering/builds.ts";
import type { LogPartition } from "../shared/event-log.ts";
import type { EventExtent, OffsetRange } from "../metering/usage-tables.ts";
import { blockBytesMax, type BlockLimits, blockRowsMax, foldBlock } from "./block.ts";
import { persist, Stopped, throwIfStopped } from "../shared/retry.ts";
import type { TableSync } from "./table-sync.ts";
import { createWake } from "./wake.ts";
import { type WriteDeps, writeBlock } from "./write-block.ts";

export type Backfill = Readonly<{
  /** Takes over what the owner of the partition knows: live builds, and how far this life has applied. */
  update: (states: readonly BuildState[], applied: number) => void;
  /** Whether the build answers for every event below its cut, in this life. */
  isReady: (build: BuildId) => boolean;
  /** The part of the build's old events that is done, 0 to 1. */
  progress: (build: BuildId) => number;
  /** Works until the signal aborts. Rejects only for a fault that must end the process. */
  run: (signal: AbortSignal) => Promise<void>;
}>;

type Deps = WriteDeps &
  Readonly<{
    partition: LogPartition;
    builds: BuildStore;
    tableSync: Pick<TableSync, "request">;
    onReady: () => void;
    blockLimits: BlockLimits;
  }>;

/** A build on its way: ranges of old events that are still to be folded, `rowsMax` of them at a time. */
type Job = Readonly<{
  build: MeterBuild;
  ranges: OffsetRange[];
  rangesTotal: number;
  rowsMax: number;
  /** Whether so many of the largest events would be far more than a block: then their sizes are looked up. */
  isUneven: boolean;
}>;

/**
 * Gives builds the usage of events below their cut, read from `events`. It starts only when, in this life, everything
 * below the cut is applied, and looks in `usage` for what an earlier life or try left there before it writes anything.
 * A build answers as soon as its rows are in the table; that it does is stored only after a sync that began later, so
 * that a loss of power finds it unfinished and looks again. The smallest job goes first, a range at a time, so that a
 * long one keeps nobody waiting.
 */
export const createBackfill = (deps: Deps): Backfill => {
  const jobs = new Map<BuildId, Job>();
  const ready = new Set<BuildId>();
  const changed = createWake();
  let states: readonly BuildState[] = [];
  let applied = 0;

  const waiting = (): readonly BuildState[] =>
    states.filter(
      ({ build, fromOffset, backfilled }) =>
        !backfilled && !ready.has(build.id) && fromOffset !== null && fromOffset <= applied,
    );

  const finish = (build: BuildId, hadEvents: boolean, signal: AbortSignal): void => {
    jobs.delete(build);
    ready.add(build);
    deps.onReady();
    void persist(deps, "storing that a build is complete", signal, async () => {
      // Nothing was written for a build without old events: there is nothing a sync would have to save.
      if (hadEvents && !(await deps.tableSync.request())) return;
      await deps.builds.complete(deps.partition, build, deps.clock.now());
      deps.onReady();
    }).catch((error: unknown) => {
      if (!(error instanceof Stopped)) throw error;
    });
  };

  /** The next job to work at: new builds are looked at first, since most have nothing to do. */
  const nextJob = async (signal: AbortSignal): Promise<Job | null> => {
    for (const { build, fromOffset } of waiting()) {
      if (jobs.has(build.id) || fromOffset === null) continue;
      const extents = await persist(deps, "looking for a build's old events", signal, () =>
        deps.tables.eventExtents({
          namespace: build.namespace,
          eventType: build.eventType,
          partition: deps.partition,
          below: fromOffset,
        }),
      );
      if (extents.every(({ count }) => count === 0)) finish(build.id, false, signal);
      else jobs.set(build.id, createJob(build, extents));
    }
    for (const id of jobs.keys()) if (!states.some(({ build }) => build.id === id)) jobs.delete(id); // ended meanwhile
    return [...jobs.values()].toSorted((a, b) => a.ranges.length - b.ranges.length)[0] ?? null;
  };

  return {
    update: (newStates, newApplied) => {
      states = newStates;
      applied = newApplied;
      if (waiting().length > 0) changed.notify();
    },
    isReady: (build) => ready.has(build) || states.some((state) => state.build.id === build && state.backfilled),
    progress: (build) => {
      const job = jobs.get(build);
      return job === undefined ? 0 : 1 - job.ranges.length / job.rangesTotal;
    },
    run: async (signal) => {
      while (!signal.aborted) {
        const job = await nextJob(signal);
        const range = job?.ranges[0];
        if (job === null || range === undefined) {
          if (job !== null) finish(job.build.id, true, signal);
          else if (waiting().length === 0) await changed.wait(signal);
          continue;
        }
        const rest = await backfillRange(deps, job, range, signal);
        if (rest === null) job.ranges.shift();
        else job.ranges[0] = rest;
        throwIfStopped(signal);
      }
    },
  };
};

/** Cuts extents into ranges that hold about one block of events each, if they lie evenly. */
const createJob = (build: MeterBuild, extents: readonly EventExtent[]): Job => {
  const ranges = extents.flatMap(({ log, partition, first, last, count }) => {
    const width = Math.ceil((last - first + 1) / Math.ceil(count / blockRowsMax));
    return Array.from({ length: Math.ceil((last - first + 1) / width) }, (_, index) => ({
      log,
      partition,
      from: first + index * width,
      to: Math.min(last + 1, first + (index + 1) * width),
    }));
  });
  const count = extents.reduce((sum, extent) => sum + extent.count, 0);
  const bytes = extents.reduce((sum, extent) => sum + extent.bytes, 0);
  const rowsMax = Math.max(1, Math.min(blockRowsMax, Math.floor(blockBytesMax / Math.ceil((bytes + 1) / count))));
  const largest = Math.max(...extents.map((extent) => extent.largest));
  return { build, ranges, rangesTotal: ranges.length, rowsMax, isUneven: rowsMax * largest > 2 * blockBytesMax };
};

/** Brings one block of a range's events into usage; answers what is left of the range, null when that is nothing. */
const backfillRange = async (
  deps: Deps,
  { build, rowsMax, isUneven }: Job,
  range: OffsetRange,
  signal: AbortSignal,
): Promise<OffsetRange | null> => {
  const events = await persist(deps, "reading a build's old events", signal, () =>
    deps.tables.readEvents({
      namespace: build.namespace,
      eventType: build.eventType,
      range,
      limit: rowsMax,
      ...(isUneven ? { bytesMax: blockBytesMax } : {}),
    }),
  );
  const last = events.at(-1);
  if (last === undefined) return null;
  await deps.timer.yield();
  const block = await foldBlock(deps.timer, events, createFold([build], deps.sha256), deps.blockLimits);
  const rest = { ...range, from: block.to };
  await writeBlock(deps)(block, { usageOf: build.id }, signal);
  const isAll = !isUneven && events.length < rowsMax && block.to > last.position.offset;
  return isAll || rest.from >= rest.to ? null : rest;
};
