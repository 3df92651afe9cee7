import { createFold, type MeterBuild, type Sha256, type UsageEntry } from "@meter/metering";
import type { Instant } from "@meter/primitives";
import type { BuildState } from "../metering/builds.ts";
import type { Timer } from "../shared/clock.ts";
import type { LogEntry, LogPartition } from "../shared/event-log.ts";
import type { EventRow, UsageTableRow } from "../metering/usage-tables.ts";

/** Bounds of the events that are read for one block. */
export const blockRowsMax = 10_000;
export const blockBytesMax: number = 8 * 1024 * 1024;

/** Bounds of what the events of one block become, over all builds; one event is always taken. */
export type BlockLimits = Readonly<{ usageRowsMax: number; usageBytesMax: number }>;

/** So many that a block of a few meters is never cut, so few that two blocks in memory are some hundred megabytes at most. */
export const blockLimits: BlockLimits = { usageRowsMax: 50_000, usageBytesMax: 32 * 1024 * 1024 };

/** Folded between two turns of the event loop: some milliseconds. Data and texts weigh their length. */
const sliceWeight = 512 * 1024;
const eventWeight = 500;
const entryWeight = 200;

/** What one write brings into the tables: the events at offsets [from, to) of a partition, and their usage. */
export type Block = LogPartition &
  Readonly<{
    from: number;
    to: number;
    events: readonly EventRow[];
    usage: readonly UsageTableRow[];
    /** Events of the range that could not be folded: they are in neither list, and are to be parked. */
    unfoldable: readonly UnfoldableEvent[];
  }>;

export type UnfoldableEvent = Readonly<{ row: EventRow; reason: string }>;

type Fold = (event: EventRow["event"]) => readonly UsageEntry[];

/**
 * The builds that fold: those that are cut, at whatever offset. Below its cut a build is the backfill's charge, but what a
 * recovery folds there is only what the backfill would write, and it looks before it writes.
 */
const foldingBuilds = (states: readonly BuildState[]): readonly MeterBuild[] =>
  states.filter(({ fromOffset }) => fromOffset !== null).map(({ build }) => build);

/** A fold is indexed once for a set of builds and kept until the set changes. */
export const createFoldCache = (sha256?: Sha256): ((states: readonly BuildState[]) => Fold) => {
  let seen: readonly BuildState[] | null = null;
  let key = "";
  let fold: Fold = () => [];
  return (states) => {
    if (states === seen) return fold;
    seen = states;
    const builds = foldingBuilds(states);
    const wanted = builds.map((build) => build.id).join();
    if (wanted !== key) {
      fold = createFold(builds, sha256);
      key = wanted;
    }
    return fold;
  };
};

/** Log entries as rows of `events`. */
export const toEventRows = (
  { log, partition }: LogPartition,
  entries: readonly LogEntry[],
  storedAt: Instant,
): readonly EventRow[] =>
  entries.map(({ offset, event }) => ({ position: { log, partition, offset }, event, storedAt }));

/**
 * Folds events of one partition, ascending and not empty, without holding the event loop. The block ends before the event
 * with which it would become too large: `to` says where. An event whose folding throws keeps nobody from theirs.
 */
export const foldBlock = async (
  timer: Timer,
  rows: readonly EventRow[],
  fold: Fold,
  { usageRowsMax, usageBytesMax }: BlockLimits = blockLimits,
): Promise<Block> => {
  const [first] = rows;
  if (first === undefined) throw new Error("a block needs events");
  const events: EventRow[] = [];
  const usage: UsageTableRow[] = [];
  const unfoldable: UnfoldableEvent[] = [];
  let { offset: to } = first.position;
  let usageBytes = 0;
  let weight = 0;
  for (const row of rows) {
    if (weight >= sliceWeight) {
      await timer.yield();
      weight = 0;
    }
    const folded = tryFold(fold, row);
    const bytes = bytesOf(folded.entries);
    const isFull = usage.length + folded.entries.length > usageRowsMax || usageBytes + bytes > usageBytesMax;
    if (isFull && usage.length > 0) break;
    to = row.position.offset + 1;
    usageBytes += bytes;
    weight += eventWeight + (row.event.data?.length ?? 0) + bytes;
    if (folded.fault !== null) unfoldable.push({ row, reason: folded.fault });
    else events.push(row);
    for (const entry of folded.entries) usage.push({ position: row.position, entry });
  }
  const { log, partition, offset: from } = first.position;
  return { log, partition, from, to, events, usage, unfoldable };
};

const tryFold = (
  fold: Fold,
  { event }: EventRow,
): Readonly<{ entries: readonly UsageEntry[]; fault: string | null }> => {
  try {
    return { entries: fold(event), fault: null };
  } catch (error) {
    return { entries: [], fault: `folding it failed: ${String(error)}` };
  }
};

/** About what entries take as text, exact to the fixed part for ASCII. */
const bytesOf = (entries: readonly UsageEntry[]): number => {
  let bytes = entries.length * entryWeight;
  for (const { subject, text, dimensions } of entries) {
    bytes += subject.length + (text?.length ?? 0);
    for (const dimension of dimensions) bytes += dimension.length;
  }
  return bytes;
};
