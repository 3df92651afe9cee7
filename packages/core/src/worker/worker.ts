import type { BuildId, Sha256 } from "@meter/metering";
import { instant } from "@meter/primitives";
import type { BuildState, BuildStore } from "../metering/builds.ts";
import type { Clock, Logger, Timer } from "../shared/clock.ts";
import type { EventLogPartition, LogEntry, LogPosition } from "../shared/event-log.ts";
import type { UsageFreshness } from "../metering/freshness.ts";
import type { ParkedEvents } from "../metering/parked-events.ts";
import type { TableDisk, UsageEngine, UsageTables } from "../metering/usage-tables.ts";
import { createBackfill } from "./backfill.ts";
import {
  type Block,
  blockBytesMax,
  blockLimits,
  type BlockLimits,
  blockRowsMax,
  createFoldCache,
  foldBlock,
  toEventRows,
} from "./block.ts";
import { createObstacle, type Standing } from "./obstacle.ts";
import { forgetParked, retryParked } from "./parked.ts";
import { persist, Stopped } from "../shared/retry.ts";
import { createTableSync } from "./table-sync.ts";
import { createWake } from "./wake.ts";
import { writeBlock } from "./write-block.ts";

export type WorkerDeps = Readonly<{
  log: EventLogPartition;
  tables: UsageTables;
  engine: UsageEngine;
  disk: TableDisk;
  builds: BuildStore;
  parked: ParkedEvents;
  clock: Clock;
  timer: Timer;
  logger: Logger;
  /** The platform's, where it has one that answers at once; else our own. */
  sha256?: Sha256;
  /** Names this life of the machine: what was written without a sync is there as long as it stays the same. */
  boot: string;
  limits?: Partial<WorkerLimits>;
}>;

export type WorkerLimits = Readonly<{
  /** How long events wait for company before they are written, when nobody asks for them. */
  lingerMs: number;
  /** How often the builds are looked up although nothing told of a change. */
  buildsRefreshMs: number;
  /** How long usage of ended builds stays for reads that still use it. */
  endedBuildsKeptMs: number;
  /** How often parked events are tried again. */
  parkedRetryMs: number;
  /** What the events of one block may become. */
  block: BlockLimits;
}>;

export const workerLimits: WorkerLimits = {
  lingerMs: 300,
  buildsRefreshMs: 10_000,
  endedBuildsKeptMs: 120_000,
  parkedRetryMs: 30_000,
  block: blockLimits,
};

/** How long work that was told to end may take to do so. */
const endMs = 500;

export type WorkerStatus = Readonly<{
  phase: "starting" | "recovering" | "running" | "stopping" | "stopped";
  next: number;
  applied: number;
  trimBound: number;
  /** False when the log cannot be trimmed in this boot: a sync failed. */
  syncHealthy: boolean;
  /** False while parts of the tables are not whole on disk: a start repairs them. */
  tablesWhole: boolean;
  buildsIncomplete: number;
  /** Null when there is nothing to apply. */
  standing: Standing | null;
}>;

export type Worker = Readonly<{
  /**
   * Recovers, then applies the log until `stop`. Rejects for a fault that must end the process, such as a missing
   * offset: nothing is skipped.
   */
  run: () => Promise<void>;
  /** Applies what the log holds, then ends `run`; after `timeoutMs` it ends without. What is left is found by the next start. */
  stop: (timeoutMs: number) => Promise<void>;
  freshness: UsageFreshness;
  status: () => WorkerStatus;
}>;

/**
 * The owner of one partition of the log, and the only one who writes usage. Positions are applied strictly in order, a
 * block at a time; while one block is written, the next is read and folded.
 */
export const createWorker = (given: WorkerDeps): Worker => {
  const obstacle = createObstacle(given);
  const deps = { ...given, obstacle };
  const { log, timer, clock, logger } = deps;
  const limits = { ...workerLimits, ...deps.limits };
  const abort = new AbortController();
  const signal = abort.signal;
  const changed = createWake(); // applied, builds, wishes to flush: whoever waits looks again
  const foldFor = createFoldCache(deps.sha256);

  let phase: WorkerStatus["phase"] = "starting";
  let checked = false; // after a loss of power a broken part may hide rows of any offset, also of those long trimmed
  let applied = log.trimBound();
  let folded = applied; // offsets below are in `applied` or in the block being written
  let ahead: readonly LogEntry[] = []; // read, and not folded: a block ends early when folding makes it large
  let flushTo = 0;
  let builds: readonly BuildState[] = [];
  let buildsDue = true;
  let buildsReadAt = 0;
  let parkedTriedAt = clock.now() as number;
  let parkedAfter: LogPosition | null = null;
  let fault: Readonly<{ error: unknown }> | null = null;
  let done: Promise<void> = Promise.resolve();

  const tableSync = createTableSync({ ...deps, applied: () => applied });
  const backfill = createBackfill({
    ...given,
    blockLimits: limits.block,
    partition: log,
    tableSync,
    onReady: () => {
      buildsDue = true;
      changed.notify();
    },
  });
  const write = writeBlock(deps);
  const isReady = (state: BuildState): boolean => backfill.isReady(state.build.id);

  const advance = async (offset: number): Promise<void> => {
    applied = offset;
    obstacle.pass();
    backfill.update(builds, applied);
    changed.notify();
    await log.markApplied({ boot: deps.boot, offset });
  };

  const refreshBuilds = async (): Promise<void> => {
    buildsDue = false;
    buildsReadAt = clock.now();
    builds = await persist(deps, "reading the meter builds", signal, () => deps.builds.listLive(log));
    backfill.update(builds, applied);
    changed.notify();
  };

  /** Cuts new builds at the next offset to fold: stored first, folded with only then. Until there is none that is uncut. */
  const cutNewBuilds = async (): Promise<void> => {
    for (;;) {
      const uncut = builds.filter(({ fromOffset }) => fromOffset === null).map(({ build }) => build.id);
      if (uncut.length === 0) return;
      await persist(deps, "storing the cut of meter builds", signal, () => deps.builds.cut(log, uncut, folded));
      await refreshBuilds();
    }
  };

  const readEntries = async (from: number, end: number): Promise<readonly LogEntry[]> => {
    if (ahead[0]?.offset === from) return ahead;
    return log.read(from, {
      rowsMax: Math.min(blockRowsMax, end - from),
      bytesMax: blockBytesMax,
    });
  };

  const foldEntries = async (entries: readonly LogEntry[]): Promise<Block> => {
    const rows = toEventRows(log, entries, clock.now());
    const block = await foldBlock(timer, rows, foldFor(builds), limits.block);
    ahead = entries.filter(({ offset }) => offset >= block.to);
    return block;
  };

  /** Where not, what was applied may not be in them although the machine has not booted since: as after a loss of power. */
  const areTablesWhole = (): Promise<boolean> =>
    persist(deps, "looking for parts that are not whole", signal, tableSync.look);

  /** Applies what earlier lives left in the log, looking in the tables for each row before writing it. */
  const recover = async (): Promise<void> => {
    const marker = log.applied();
    const sameBoot = marker?.boot === deps.boot && (await areTablesWhole());
    if (!sameBoot && log.next() > 0) {
      const moved = await persist(deps, "checking the usage tables", signal, () => deps.engine.repair());
      if (moved.length > 0)
        logger.warn({ moved }, "broken table parts were moved aside; what they held is written again");
    }
    const from = sameBoot ? Math.max(marker.offset, log.trimBound()) : log.trimBound();
    const end = log.next();
    if (end > from) logger.info({ from, end, sameBoot }, "recovering: reading back what the last run may have written");
    checked = true;
    applied = from;
    folded = from;
    backfill.update(builds, applied);
    // Before anything is folded: an earlier life's statement may still store a cut, and what is folded without the build
    // above that cut would be in nobody's charge. No earlier life has asked for a cut below `from`.
    await cutNewBuilds();
    while (folded < end) {
      const entries = await readEntries(folded, end);
      const block = await foldEntries(entries);
      await write(block, "unknown", signal);
      folded = block.to;
      await advance(block.to);
    }
    await advance(folded); // also without a tail: from here on the marker is of this boot
  };

  /** True when the next block should not wait for more company. */
  const isWanted = (): boolean =>
    phase !== "running" ||
    fault !== null ||
    buildsDue ||
    ahead.length > 0 ||
    flushTo > folded ||
    log.next() - folded >= blockRowsMax;

  /** Resolves when the next block is wanted. */
  const wanted = async (until: AbortSignal): Promise<void> => {
    while (!until.aborted && !isWanted()) await changed.wait(until);
  };

  /** Entries for the next block, which may linger for company; empty when there is something else to do first. */
  const nextEntries = async (): Promise<readonly LogEntry[]> => {
    const over = new AbortController();
    // Looked at without a pause before each wait: what was told while something else was awaited is not missed.
    if (isWanted()) await timer.yield();
    else if (log.next() <= folded)
      await Promise.race([
        log.waitFor(folded, over.signal),
        changed.wait(over.signal),
        timer.sleep(limits.buildsRefreshMs, over.signal),
      ]);
    else
      await Promise.race([
        wanted(over.signal),
        log.waitFor(folded + blockRowsMax - 1, over.signal),
        timer.sleep(limits.lingerMs, over.signal),
      ]);
    over.abort();
    return fault === null && !buildsDue && log.next() > folded ? readEntries(folded, log.next()) : [];
  };

  const tryParked = async (): Promise<void> => {
    parkedTriedAt = clock.now();
    await refreshBuilds(); // a build that was made meanwhile is uncut, and so incomplete
    if (!builds.every(isReady)) return;
    const retried = await retryParked(deps, { builds: builds.map(({ build }) => build), after: parkedAfter }, signal);
    parkedAfter = retried.after;
    void forgetParked({ ...deps, tableSync }, retried.stored, signal).catch((error: unknown) => {
      if (!(error instanceof Stopped))
        logger.warn({ error: String(error) }, "stored events stay listed as parked for now");
    });
  };

  const applyLog = async (): Promise<void> => {
    let writing: Promise<void> = Promise.resolve();
    while (fault === null && (phase === "running" || folded < log.next())) {
      if (applied === log.next()) obstacle.pass();
      if (buildsDue || clock.now() - buildsReadAt > limits.buildsRefreshMs) await refreshBuilds();
      await cutNewBuilds();
      if (clock.now() - parkedTriedAt > limits.parkedRetryMs) {
        await writing;
        await tryParked();
      }
      const entries = await nextEntries();
      if (entries.length === 0) continue;
      const block = await foldEntries(entries);
      folded = block.to;
      await writing;
      if (fault !== null) break;
      writing = write(block, "absent", signal)
        .then(() => advance(block.to))
        .catch((error: unknown) => {
          fault = { error };
          changed.notify();
        });
    }
    await writing;
    throwFault(fault);
  };

  const deleteEndedBuilds = async (): Promise<void> => {
    while (!signal.aborted) {
      await timer.sleep(limits.endedBuildsKeptMs / 2, signal);
      if (signal.aborted) return;
      try {
        const ended = await deps.builds.listEnded(instant(clock.now() - limits.endedBuildsKeptMs));
        if (ended.length === 0) continue;
        await deps.tables.deleteBuilds(ended);
        await deps.builds.markDeleted(ended);
      } catch (error) {
        logger.warn({ error: String(error) }, "deleting the usage of ended builds failed, will be tried again");
      }
    }
  };

  const run = async (): Promise<void> => {
    const stopListening = deps.builds.onChange(() => {
      buildsDue = true;
      changed.notify();
    });
    const background: Promise<void>[] = [];
    try {
      await refreshBuilds();
      if (phase === "starting") phase = "recovering"; // or it was told to stop already
      await recover();
      if (phase === "recovering") phase = "running";
      background.push(tableSync.run(signal), deleteEndedBuilds());
      const backfilling = backfill.run(signal);
      background.push(backfilling);
      await Promise.race([applyLog(), faultOf(backfilling)]);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      stopListening();
      abort.abort();
      await Promise.allSettled(background);
      phase = "stopped";
      changed.notify();
    }
  };

  const reach: UsageFreshness["reach"] = async (positions, timeoutMs) => {
    const offset = positions
      .filter((position) => position.log === log.log && position.partition === log.partition)
      .reduce((highest, position) => Math.max(highest, position.offset), 0);
    const isReached = (): boolean => checked && applied >= offset;
    if (isReached()) return true;
    flushTo = Math.max(flushTo, offset);
    changed.notify();
    return within(timeoutMs, isReached);
  };

  /** Waits until the condition holds; false when it did not come true in time. */
  const within = async (timeoutMs: number, holds: () => boolean): Promise<boolean> => {
    const timeout = new AbortController();
    const timedOut = timer.sleep(timeoutMs, timeout.signal).then(() => timeout.abort());
    while (!holds() && !timeout.signal.aborted && phase !== "stopped") await changed.wait(timeout.signal);
    timeout.abort();
    await timedOut;
    return holds();
  };

  const buildReady: UsageFreshness["buildReady"] = async (build: BuildId, timeoutMs) => {
    if (backfill.isReady(build)) return { ready: true };
    buildsDue = true;
    changed.notify();
    return (await within(timeoutMs, () => backfill.isReady(build)))
      ? { ready: true }
      : { ready: false, progress: backfill.progress(build) };
  };

  return {
    run: () => (done = run()),
    stop: async (timeoutMs) => {
      if (phase !== "stopped") phase = "stopping";
      changed.notify();
      const timeout = new AbortController();
      const late = timer.sleep(timeoutMs, timeout.signal).then(() => abort.abort());
      const cut = late.then(() => timer.sleep(endMs)); // a write to an engine that hangs ends only with the engine
      await Promise.race([done.catch(() => undefined), cut]); // whoever called `run` has the reason
      timeout.abort();
      await late;
    },
    freshness: { reach, buildReady },
    status: () => ({
      phase,
      next: log.next(),
      applied,
      trimBound: log.trimBound(),
      syncHealthy: tableSync.healthy(),
      tablesWhole: tableSync.whole(),
      buildsIncomplete: builds.filter((state) => !isReady(state)).length,
      standing: log.next() > applied ? obstacle.standing(applied) : null,
    }),
  };
};

const throwFault = (fault: Readonly<{ error: unknown }> | null): void => {
  if (fault !== null) throw fault.error;
};

/** Rejects when the work fails for another reason than being stopped; never resolves. */
const faultOf = (work: Promise<void>): Promise<never> =>
  new Promise((_, reject) => {
    work.catch((error: unknown) => {
      if (!(error instanceof Stopped)) reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
