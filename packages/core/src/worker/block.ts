import { createFold, type MeterBuild, type UsageEntry } from "@meter/metering";
import type { Instant } from "@meter/primitives";
import type { BuildState } from "../ports/builds.ts";
import type { Timer } from "../ports/clock.ts";
import type { LogEntry, LogPartition } from "../ports/event-log.ts";
import type { EventRow, UsageTableRow } from "../ports/usage-tables.ts";

/** Bounds of one block, so that it is one part in each table. */
export const blockRowsMax = 10_000;
export const blockBytesMax: number = 8 * 1024 * 1024;

/** Events folded between two turns of the event loop: a few milliseconds. */
const foldSliceEvents = 500;

/** What one write brings into the tables: the events at offsets [from, to) of a partition, and their usage. */
export type Block = LogPartition &
  Readonly<{ from: number; to: number; events: readonly EventRow[]; usage: readonly UsageTableRow[] }>;

type Fold = (event: EventRow["event"]) => readonly UsageEntry[];

/**
 * The builds that fold: those that are cut, at whatever offset. Below its cut a build is the backfill's charge, but what a
 * recovery folds there is only what the backfill would write, and it looks before it writes.
 */
export const foldingBuilds = (states: readonly BuildState[]): readonly MeterBuild[] =>
  states.filter(({ fromOffset }) => fromOffset !== null).map(({ build }) => build);

/** A fold is compiled once for a set of builds and kept until the set changes. */
export const createFoldCache = (): ((builds: readonly MeterBuild[]) => Fold) => {
  let key = "";
  let fold: Fold = () => [];
  return (builds) => {
    const wanted = builds.map((build) => build.id).join();
    if (wanted !== key) {
      fold = createFold(builds);
      key = wanted;
    }
    return fold;
  };
};

/** Folds entries without holding the event loop. The entries are consecutive and not empty. */
export const foldBlock = async (
  timer: Timer,
  { log, partition }: LogPartition,
  entries: readonly LogEntry[],
  fold: Fold,
  storedAt: Instant,
): Promise<Block> => {
  const events: EventRow[] = [];
  const usage: UsageTableRow[] = [];
  for (const { offset, event } of entries) {
    if (events.length > 0 && events.length % foldSliceEvents === 0) await timer.yield();
    const position = { log, partition, offset };
    events.push({ position, event, storedAt });
    for (const entry of fold(event)) usage.push({ position, entry });
  }
  const first = entries[0];
  const last = entries.at(-1);
  if (first === undefined || last === undefined) throw new Error("a block needs entries");
  return { log, partition, from: first.offset, to: last.offset + 1, events, usage };
};
