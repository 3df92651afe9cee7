import type { BuildId, Sha256 } from "@meter/metering";
import type { Clock, Logger, Timer } from "../shared/clock.ts";
import type { ParkedEvents } from "../metering/parked-events.ts";
import type { EventRow, InsertAnswer, UsageEngine, UsageTableRow, UsageTables } from "../metering/usage-tables.ts";
import type { Block } from "./block.ts";
import type { Obstacle } from "./obstacle.ts";
import { persist, retryDelayMs, throwIfStopped } from "../shared/retry.ts";

/** How often an event that stands alone is tried when the engine has too little memory for it, before it is parked. */
export const exhaustedTriesMax = 5;

export type WriteDeps = Readonly<{
  tables: UsageTables;
  engine: UsageEngine;
  parked: ParkedEvents;
  clock: Clock;
  timer: Timer;
  logger: Logger;
  /** The platform's, where it has one that answers at once; else our own. */
  sha256?: Sha256 | undefined;
  /** Told what stands in the way, each time something does. */
  obstacle?: Obstacle;
  exhaustedTriesMax?: number;
}>;

/**
 * What is known of a block before it is written. `absent`: nothing of it was ever sent. `unknown`: an earlier life or
 * try may have written any part of it, and the engine has been settled since. `usageOf` one build: its events are
 * stored, and any part of their usage for that build may be.
 */
export type BlockState = "absent" | "unknown" | Readonly<{ usageOf: BuildId }>;

type Rows = Readonly<{ events: readonly EventRow[]; usage: readonly UsageTableRow[] }>;

const stored: InsertAnswer = { type: "stored" };

/**
 * Brings a block into both tables, each row exactly once, or parks what cannot be folded, put into words or stored for good;
 * resolves only when every position is one or the other. Any answer but success is an unknown outcome: the engine is settled, both tables
 * are read back, and only what is missing is written. Rejects with Stopped when the signal aborts.
 */
export const writeBlock =
  (deps: WriteDeps) =>
  async (block: Block, state: BlockState, signal: AbortSignal): Promise<void> => {
    deps.obstacle?.begin(block.events[0] ?? null);
    const run: Run = { deps, block, build: typeof state === "object" ? state.usageOf : undefined, signal };
    for (const { row, reason } of block.unfoldable) await park(run, row, reason);
    await writeRows(run, state === "absent" ? block : await readMissing(run, block));
  };

/** One call of writeBlock. With `build`, only usage of that build is at stake. */
type Run = Readonly<{ deps: WriteDeps; block: Block; build: BuildId | undefined; signal: AbortSignal }>;

const writeRows = async (run: Run, rows: Rows): Promise<void> => {
  const { deps, block, signal } = run;
  let missing = rows;
  for (let attempt = 1; missing.events.length > 0 || missing.usage.length > 0; attempt++) {
    throwIfStopped(signal);
    const answers = await Promise.all([
      missing.events.length === 0 ? stored : deps.tables.insertEvents(missing.events),
      missing.usage.length === 0 ? stored : deps.tables.insertUsage(missing.usage),
    ]);
    if (answers.every((answer) => answer.type === "stored")) return;
    tellObstacle(run, missing, answers);
    const unsent = answers.find((answer) => answer.type === "unsent");
    if (unsent !== undefined && answers.every(({ type }) => type === "stored" || type === "unsent")) {
      const [events, usage] = answers.map(({ type }) => type === "unsent");
      return bisect(run, { events: events ? missing.events : [], usage: usage ? missing.usage : [] }, unsent.reason);
    }

    deps.logger.warn(
      { from: block.from, to: block.to, attempt, answers },
      "a write was not confirmed; settling and reading back",
    );
    await persist(deps, "settling the usage engine", signal, () => deps.engine.settle());
    missing = await readMissing(run, missing);

    const refusal = unsent ?? answers.find(isPermanent);
    if (refusal !== undefined) return bisect(run, missing, refusal.reason);
    const exhausted = answers.find((answer) => answer.type === "exhausted");
    const isTriedEnough = attempt >= (deps.exhaustedTriesMax ?? exhaustedTriesMax) || offsetsOf(missing).length > 1;
    if (exhausted !== undefined && isTriedEnough) return bisect(run, missing, exhausted.reason);
    await deps.timer.sleep(retryDelayMs(attempt), signal);
  }
};

/** The rows of `wanted` that the tables do not hold. Always asks both tables, unless only usage of one build is at stake. */
const readMissing = async ({ deps, block, build, signal }: Run, wanted: Rows): Promise<Rows> => {
  const [events, usage] = await persist(deps, "reading back a block", signal, () =>
    Promise.all([
      build === undefined
        ? deps.tables.storedEvents(block)
        : new Set(block.events.map(({ position }) => position.offset)),
      deps.tables.storedUsage(block, build),
    ]),
  );
  return {
    events: wanted.events.filter(({ position }) => !events.has(position.offset)),
    usage: wanted.usage.filter(({ position, entry }) => usage.get(entry.build)?.has(position.offset) !== true),
  };
};

const isPermanent = (answer: InsertAnswer): answer is Extract<InsertAnswer, { type: "refused" }> =>
  answer.type === "refused" && answer.permanent;

/** The reason of a refusal for good quotes the rows: it is kept with the event that is parked, and told nobody else. */
const tellObstacle = ({ deps, block }: Run, missing: Rows, answers: readonly InsertAnswer[]): void => {
  const [offset] = offsetsOf(missing);
  const row = block.events.find(({ position }) => position.offset === offset) ?? null;
  for (const answer of answers)
    if (answer.type !== "stored")
      deps.obstacle?.meet(isPermanent(answer) ? "the usage tables refuse it" : answer.reason, row);
};

const offsetsOf = ({ events, usage }: Rows): readonly number[] =>
  [...new Set([...events, ...usage].map(({ position }) => position.offset))].toSorted((a, b) => a - b);

/** Halves refused rows until the refused event stands alone, and parks it. Nothing of `rows` is in the tables. */
const bisect = async (run: Run, rows: Rows, reason: string): Promise<void> => {
  const offsets = offsetsOf(rows);
  const [offset] = offsets;
  if (offset === undefined) return;
  if (offsets.length === 1) return park(run, rowAt(run, offset), reason);
  const middle = offsets[offsets.length >> 1] ?? offset;
  for (const half of [
    (row: EventRow | UsageTableRow) => row.position.offset < middle,
    (row: EventRow | UsageTableRow) => row.position.offset >= middle,
  ])
    await writeRows(run, { events: rows.events.filter(half), usage: rows.usage.filter(half) });
};

const rowAt = ({ block }: Run, offset: number): EventRow => {
  const row = block.events.find(({ position }) => position.offset === offset);
  if (row === undefined) throw new Error(`offset ${offset} is not in its block`);
  return row;
};

const park = async ({ deps, signal }: Run, row: EventRow, reason: string): Promise<void> => {
  const event = { position: row.position, event: row.event, reason, parkedAt: deps.clock.now() };
  deps.logger.error({ position: row.position, reason }, "an event was refused for good and is parked");
  await persist(deps, "parking an event", signal, () => deps.parked.park(event));
};
