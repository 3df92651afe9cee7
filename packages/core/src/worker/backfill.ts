import { type BuildId, createFold, type MeterBuild } from "@meter/metering";
import type { BuildState, BuildStore } from "../ports/builds.ts";
import type { LogPartition } from "../ports/event-log.ts";
import type { EventExtent, EventRow, OffsetRange, UsageTableRow } from "../ports/usage-tables.ts";
import { blockBytesMax, blockRowsMax } from "./block.ts";
import { persist, Stopped, throwIfStopped } from "./persist.ts";
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
  Readonly<{ partition: LogPartition; builds: BuildStore; tableSync: Pick<TableSync, "request">; onReady: () => void }>;

/** A build on its way: ranges of old events that are still to be folded. */
type Job = { readonly build: MeterBuild; readonly ranges: OffsetRange[]; readonly total: number; readonly perRange: number };

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
      ({ build, fromOffset, backfilled }) => !backfilled && !ready.has(build.id) && fromOffset !== null && fromOffset <= applied,
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
        deps.tables.eventExtents({ namespace: build.namespace, eventType: build.eventType, partition: deps.partition, below: fromOffset }),
      );
      const total = extents.reduce((sum, { count }) => sum + count, 0);
      if (total === 0) finish(build.id, false, signal);
      else jobs.set(build.id, createJob(build, extents, total));
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
      return job === undefined ? 0 : Math.max(0, 1 - (job.ranges.length * job.perRange) / job.total);
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
        await backfillRange(deps, job.build, range, signal);
        job.ranges.shift();
        throwIfStopped(signal);
      }
    },
  };
};

/** Cuts extents into ranges that hold about one block of events each, if they lie evenly. */
const createJob = (build: MeterBuild, extents: readonly EventExtent[], total: number): Job => {
  const ranges = extents.flatMap(({ log, partition, first, last, count }) => {
    const width = Math.max(1, Math.ceil((last - first + 1) / Math.ceil(count / blockRowsMax)));
    return Array.from({ length: Math.ceil((last - first + 1) / width) }, (_, index) => ({
      log,
      partition,
      from: first + index * width,
      to: Math.min(last + 1, first + (index + 1) * width),
    }));
  });
  return { build, ranges, total, perRange: total / ranges.length };
};

const backfillRange = async (deps: Deps, build: MeterBuild, range: OffsetRange, signal: AbortSignal): Promise<void> => {
  const events = await persist(deps, "reading a build's old events", signal, () =>
    deps.tables.readEvents({ namespace: build.namespace, eventType: build.eventType, range }),
  );
  const fold = createFold([build]);
  for (const rows of slices(events)) {
    const first = rows[0];
    const last = rows.at(-1);
    if (first === undefined || last === undefined) continue;
    const usage: UsageTableRow[] = rows.flatMap(({ position, event }) => fold(event).map((entry) => ({ position, entry })));
    await deps.timer.yield();
    const block = { log: range.log, partition: range.partition, from: first.position.offset, to: last.position.offset + 1, events: rows, usage };
    await writeBlock(deps)(block, { usageOf: build.id }, signal);
  }
};

/** Rows in runs that fit a block. */
function* slices(rows: readonly EventRow[]): Generator<readonly EventRow[]> {
  let from = 0;
  let bytes = 0;
  for (let index = 0; index < rows.length; index++) {
    const size = rows[index]?.event.data?.length ?? 0;
    if (index > from && (index - from >= blockRowsMax || bytes + size > blockBytesMax)) {
      yield rows.slice(from, index);
      from = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < rows.length) yield rows.slice(from);
}
