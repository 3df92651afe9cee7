import { createAnswerReader, lastLineOf, toInsertAnswer } from "@meter/clickhouse/simulated";
import type {
  BuildStore,
  Clock,
  EventLogHead,
  EventLogPartition,
  EventLogWriter,
  InsertAnswer,
  LogPosition,
  Logger,
  MeterStore,
  OffsetRange,
  ParkedEvents,
  TableDisk,
  Timer,
  UsageEngine,
  UsageReader,
  UsageTables,
} from "@meter/core";
import { UsageUnavailable } from "@meter/core";
import { type BuildId, queryUsage } from "@meter/metering";
import { instant, ok } from "@meter/primitives";
import * as control from "./control.ts";
import * as logs from "./log.ts";
import { ask, type Choice, type Life } from "./operations.ts";
import * as disk from "./tables.ts";
import { breakPromise, type World } from "./world.ts";

export const position = (offset: number): LogPosition => ({ log: logs.logId, partition: logs.partition, offset });

export const createClock = (world: World): Clock => ({ now: () => instant(world.now) });

export const createTimer = ({ operations }: World, life: Life, now: () => number): Timer => ({
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (!life.alive) return;
      if (signal?.aborted === true) return resolve();
      const leave = (): void => {
        signal?.removeEventListener("abort", leave);
        const at = operations.pending.indexOf(sleep);
        if (at >= 0) operations.pending.splice(at, 1);
        resolve();
      };
      const sleep = {
        life,
        name: `a wait of ${ms} ms ends`,
        kind: "timer" as const,
        dueAt: now() + ms,
        stalled: false,
        proceed: leave,
        faults: () => [],
        orphan: () => undefined,
      };
      operations.pending.push(sleep);
      signal?.addEventListener("abort", leave, { once: true });
    }),
  yield: () =>
    new Promise((resolve) => {
      if (life.alive) operations.turns.push({ life, resume: resolve });
    }),
});

export const silent: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The log, as the process that opened it sees it. Its writes go through one lane and are the process's own: they die with it. */
export const connectLog = (world: World, life: Life): EventLogPartition & EventLogWriter & EventLogHead => {
  const { log, operations } = world;
  logs.openLog(log);
  type Waiter = Readonly<{ offset: number; resolve: () => void }>;
  const waiting = new Set<Waiter>();
  const own = <T>(name: string, effect: () => T, orphan?: () => void): Promise<T> =>
    ask(operations, { life, name, kind: "log", effect, ...(orphan === undefined ? {} : { orphan }) });
  return {
    log: logs.logId,
    partition: logs.partition,
    next: () => log.next,
    head: async () => [position(log.next)],
    append: (events) =>
      own(`${events.map(({ id }) => id).join("+")} is written to the log`, () => {
        const before = log.next;
        for (const offset of logs.append(log, events)) breakPromise(world, `offset ${offset} was given twice`);
        for (const waiter of waiting) if (log.next > waiter.offset) waiter.resolve();
        const appended = log.next - before;
        return ok({ appended, duplicates: events.length - appended });
      }),
    read: (from, { rowsMax }) => own(`the log is read from ${from}`, () => logs.read(log, from, rowsMax)),
    waitFor: (offset, signal) =>
      new Promise((resolve) => {
        if (!life.alive) return;
        if (log.next > offset || signal.aborted) return resolve();
        const waiter: Waiter = { offset, resolve: () => leave() };
        const leave = (): void => {
          waiting.delete(waiter);
          signal.removeEventListener("abort", leave);
          resolve();
        };
        waiting.add(waiter);
        signal.addEventListener("abort", leave);
      }),
    applied: () => log.applied,
    markApplied: (marker) =>
      own(`the applied marker ${marker.offset} is written`, () => {
        log.applied = marker;
      }),
    trimBound: () => log.trimBound,
    trim: (bound) => own(`the log is trimmed to ${bound}`, () => logs.trim(log, bound)),
    syncFailure: () => log.syncFailure,
    // Known at once. One assumption: no kill falls into the millisecond between the answer of a failed sync and its record.
    recordSyncFailure: (boot) => {
      recordSyncFailure(world, boot);
      return own("the failed sync is recorded", () => undefined);
    },
  };
};

/** What the engine says when so many rows have reached it. */
const answerOf = (written: number, sent: number): InsertAnswer => {
  const summary = { written_rows: String(written) } as NonNullable<Parameters<typeof toInsertAnswer>[0]["summary"]>; // the only one that is looked at
  return toInsertAnswer({ query_id: "q", response_headers: { "x-clickhouse-query-id": "q" }, summary }, sent);
};

type HasPosition = Readonly<{ position: LogPosition }>;

const describe = (rows: readonly HasPosition[]): string =>
  [...new Set(rows.map(({ position: { offset } }) => offset))].join(",");

const within = (range: OffsetRange) => (row: HasPosition) =>
  row.position.offset >= range.from && row.position.offset < range.to;

/** Rows as they come from an engine: each a line, then the last line; of an answer that is cut, the first half and no end. */
const receive = <Row>(rows: readonly Row[], cut: boolean): readonly Row[] => {
  const question = "q";
  const reader = createAnswerReader(question);
  for (const index of rows.slice(0, cut ? rows.length >> 1 : rows.length).keys()) reader.take(JSON.stringify([index]));
  if (!cut) reader.take(lastLineOf(question));
  return reader.rows().flatMap(([index]) => rows.slice(Number(index), Number(index) + 1));
};

/** A question to ClickHouse. Its answer may not come, or be cut. */
const read = <Row, T>(
  { operations }: World,
  life: Life,
  name: string,
  find: () => readonly Row[],
  from: (rows: readonly Row[]) => T,
): Promise<T> =>
  ask(operations, {
    life,
    name,
    kind: "read",
    effect: () => from(receive(find(), false)),
    faults: (answer, reject): readonly Choice[] => {
      const fails: Choice = { label: "fails", kind: "read-fault", take: () => reject("the engine did not answer") };
      const isCut = (): void => {
        try {
          answer(from(receive(find(), true)));
        } catch (error) {
          reject(String(error));
        }
      };
      return find().length === 0 ? [fails] : [fails, { label: "its answer is cut", kind: "read-fault", take: isCut }];
    },
  });

/** ClickHouse, as a client sees it: inserts that end in every way an insert can end. */
export const connectTables = (
  world: World,
  life: Life,
): Readonly<{ tables: UsageTables; engine: UsageEngine; disk: TableDisk }> => {
  const { tables, operations } = world;
  const command = <T>(name: string, effect: () => T): Promise<T> =>
    ask(operations, {
      life,
      name,
      kind: "read",
      effect,
      faults: (_, reject) => [{ label: "fails", kind: "read-fault", take: () => reject("the engine did not answer") }],
    });

  const insert = <Row extends HasPosition>(
    table: disk.Table<Row>,
    what: string,
    rows: readonly Row[],
    isRefused: (row: Row) => boolean,
  ): Promise<InsertAnswer> => {
    const name = `insert of ${what} ${describe(rows)}`;
    const commit = (some: readonly Row[]) => () => {
      if (some.length > 0) disk.writePart(table, some, world.now);
    };
    const leaveInFlight = (): void => {
      if (!rows.some(isRefused)) tables.inFlight.push({ label: `late, ${name}`, commit: commit(rows) });
    };
    const some = (rows: readonly Row[]): readonly Row[] => rows.slice(0, Math.max(1, rows.length >> 1));
    const half = rows.slice(0, rows.length >> 1);
    const refused = (permanent: boolean): InsertAnswer => ({ type: "refused", permanent, reason: "refused" });
    return ask<InsertAnswer>(operations, {
      life,
      name,
      kind: "insert",
      effect: () => {
        if (rows.some(isRefused)) return refused(true);
        commit(rows)();
        return answerOf(rows.length, rows.length);
      },
      faults: (answer): readonly Choice[] => {
        const accepted = rows.filter((row) => !isRefused(row));
        const isSpoilt = accepted.length < rows.length;
        const fault = (label: string, answered: InsertAnswer, effect: () => void = () => undefined): Choice => ({
          label,
          kind: "insert-fault",
          take: () => {
            effect();
            answer(answered);
          },
        });
        return [
          fault("times out", { type: "unknown", reason: "time-out" }, leaveInFlight),
          fault("is refused for now", refused(false)),
          ...(isSpoilt && accepted.length === 0
            ? []
            : [fault(`is refused, and stored in part`, refused(isSpoilt), commit(some(accepted)))]),
          ...(isSpoilt ? [] : [fault("loses rows on its way", answerOf(half.length, rows.length), commit(half))]),
        ];
      },
      orphan: leaveInFlight,
    });
  };

  const spoilt = (id: string, table: "events" | "usage"): boolean => {
    const by = world.spoilt.get(id);
    return by === "both" || by === table;
  };
  const eventIdAt = (offset: number): string => world.log.given.get(offset) ?? "";

  return {
    tables: {
      insertEvents: (rows) => insert(tables.events, "events", rows, ({ event }) => spoilt(event.id, "events")),
      insertUsage: (rows) =>
        insert(tables.usage, "usage", rows, (row) => spoilt(eventIdAt(row.position.offset), "usage")),
      storedEvents: (range) =>
        read(
          world,
          life,
          `events ${range.from} to ${range.to} are looked for`,
          () => disk.visibleRows(tables.events).filter(within(range)),
          (rows) => new Set(rows.map((row) => row.position.offset)),
        ),
      storedUsage: (range, build) =>
        read(
          world,
          life,
          `usage ${range.from} to ${range.to} is looked for`,
          () =>
            disk
              .visibleRows(tables.usage)
              .filter(within(range))
              .filter(({ entry }) => build === undefined || entry.build === build),
          (rows) => {
            const byBuild = new Map<BuildId, Set<number>>();
            for (const { position: at, entry } of rows)
              byBuild.set(entry.build, (byBuild.get(entry.build) ?? new Set()).add(at.offset));
            return byBuild;
          },
        ),
      eventExtents: ({ namespace, eventType, below }) =>
        read(
          world,
          life,
          `old events below ${below} are looked for`,
          () => {
            const offsets = disk
              .visibleRows(tables.events)
              .filter(({ event }) => event.namespace === namespace && event.type === eventType)
              .map((row) => row.position.offset)
              .filter((offset) => offset < below);
            const [first, last] = [Math.min(...offsets), Math.max(...offsets)];
            // So large that a backfill takes them two at a time.
            const bytes = offsets.length * 4_000_000;
            return offsets.length === 0
              ? []
              : [
                  {
                    log: logs.logId,
                    partition: logs.partition,
                    first,
                    last,
                    count: offsets.length,
                    bytes,
                    largest: 4_000_000,
                  },
                ];
          },
          (extents) => extents,
        ),
      readEvents: ({ namespace, eventType, range, limit }) =>
        read(
          world,
          life,
          `old events ${range.from} to ${range.to} are read`,
          () =>
            disk
              .visibleRows(tables.events)
              .filter((row) => within(range)(row) && row.event.namespace === namespace && row.event.type === eventType)
              .toSorted((a, b) => a.position.offset - b.position.offset)
              .slice(0, limit),
          (rows) => rows,
        ),
      deleteBuilds: (builds) =>
        command("usage of ended builds is deleted", () => disk.deleteBuildRows(tables, builds, world.now)),
      pauseCleanup: () =>
        command("clean-up is stopped", () => {
          tables.cleanupPaused = true;
        }),
      resumeCleanup: () =>
        command("clean-up is started", () => {
          tables.cleanupPaused = false;
        }),
    },
    engine: {
      settle: () =>
        ask(operations, {
          life,
          name: "the engine is ended and started again",
          kind: "engine",
          effect: () => restartEngine(world),
          faults: (answer) => [
            {
              label: "a sync fails",
              kind: "sync-fault",
              take: () => answer(restartEngine(world, { syncs: false })),
            },
          ],
        }),
      repair: () =>
        command(
          "the tables are checked",
          () => restartEngine(world, { whileStopped: () => disk.repairTables(tables) }) ?? [],
        ),
    },
    disk: {
      findTorn: () => Promise.resolve([]),
      sync: () => {
        const sync = disk.beginSync(tables);
        return ask<boolean>(operations, {
          life,
          name: "the sync is done",
          kind: "sync",
          effect: () => (sync.complete(), true),
          faults: (answer) => [
            { label: "it has failed", kind: "sync-fault", take: () => (sync.fail(), answer(false)) },
          ],
        });
      },
    },
  };
};

type Restart<T> = Readonly<{ whileStopped?: () => T; syncs?: boolean }>;

/**
 * The engine ends and starts again: every statement is answered with a broken connection, and takes no effect from here on.
 * Without `syncs` the file system could not be synced between the two, which is recorded.
 */
export const restartEngine = <T>(world: World, { whileStopped, syncs = true }: Restart<T> = {}): T | undefined => {
  breakStatements(world);
  disk.endEngine(world.tables);
  const done = whileStopped?.();
  beginEngine(world, syncs);
  return done;
};

export const beginEngine = (world: World, syncs: boolean): void => {
  disk.startEngine(world.tables, syncs);
  if (!syncs) recordSyncFailure(world, `boot ${world.boot}`);
};

const recordSyncFailure = ({ log }: World, boot: string): void => {
  log.syncFailure = boot;
  log.appliedOnDisk = log.applied;
};

const breakStatements = ({ operations }: World): void => {
  const isStatement = ({ kind }: Readonly<{ kind: string }>): boolean => kind === "insert" || kind === "read";
  const broken = operations.pending.filter(isStatement);
  for (const operation of broken) {
    operation.stalled = false;
    // Both have a fault that is just this; a time-out's statement does not outlive the engine.
    operation.faults()[0]?.take();
  }
};

/** Postgres, as a client sees it: a statement whose connection breaks may still take effect. */
const connectPostgres =
  ({ operations, lateStatements }: World, life: Life) =>
  <T>(name: string, effect: () => T, changes = true): Promise<T> => {
    const cutOff = (): void => {
      if (changes) lateStatements.push({ label: `late, ${name}`, take: () => unheard(effect) });
    };
    return ask(operations, {
      life,
      name,
      kind: "control",
      effect,
      faults: (_, reject) => [
        {
          label: "the connection breaks",
          kind: "control-fault",
          take: () => {
            cutOff();
            reject("the connection broke");
          },
        },
      ],
      orphan: cutOff,
    });
  };

/** Whether it took effect or failed is told to nobody any more. */
const unheard = (effect: () => unknown): void => {
  try {
    effect();
  } catch {
    return;
  }
};

const nameOf = (world: World, builds: readonly BuildId[]): string =>
  builds.map((id) => `b${[...world.control.builds.keys()].indexOf(id)}`).join();

export const connectBuilds = (world: World, life: Life): BuildStore => {
  const statement = connectPostgres(world, life);
  const rows = world.control;
  return {
    listLive: () => statement("the builds are read", () => control.listLive(rows), false),
    cut: (_, builds, fromOffset) =>
      statement(`the cut of ${nameOf(world, builds)} at ${fromOffset} is stored`, () =>
        control.cutBuilds(rows, builds, fromOffset),
      ),
    complete: (_, build, at) =>
      statement(`${nameOf(world, [build])} is stored as complete`, () => {
        if (control.completeBuild(rows, build, at)) announceBuilds(world);
      }),
    listEnded: (before) => statement("ended builds are read", () => control.listEnded(rows, before), false),
    markDeleted: (builds) =>
      statement(`${nameOf(world, builds)} is stored as deleted`, () => control.markDeleted(rows, builds)),
    onChange: (call) => {
      const listener = { life, call };
      world.listeners.add(listener);
      return () => world.listeners.delete(listener);
    },
  };
};

/** Everybody who listens will hear of it, some time. */
export const announceBuilds = ({ listeners, operations }: World): void => {
  for (const { life, call } of listeners)
    void ask(operations, { life, name: "a change of builds is heard of", kind: "notice", effect: call });
};

export const connectParked = (world: World, life: Life): ParkedEvents => {
  const statement = connectPostgres(world, life);
  const { parked } = world.control;
  return {
    park: (event) =>
      statement(`event ${event.position.offset} is stored as parked`, () => {
        control.park(world.control, event);
        for (const question of world.questions) question.parked.add(event.event.id);
      }),
    list: ({ limit, after = null }) =>
      statement(
        "parked events are read",
        () =>
          [...parked.values()]
            .filter(({ position: at }) => after === null || at.offset > after.offset)
            .toSorted((a, b) => a.position.offset - b.position.offset)
            .slice(0, limit),
        false,
      ),
    count: (max) => statement("parked events are counted", () => Math.min(max, parked.size), false),
    remove: (positions) =>
      statement(`parked events ${positions.map(({ offset }) => offset).join()} are removed`, () => {
        for (const { offset } of positions) parked.delete(offset);
      }),
  };
};

export const connectMeters = (world: World, life: Life): Pick<MeterStore, "find"> => {
  const statement = connectPostgres(world, life);
  return { find: (_, id) => statement("the meter is looked up", () => control.findMeter(world.control, id), false) };
};

/** How long a read may take, from question to answer. */
const readMs = 40_000;

/** A reader's view of usage. */
export const connectReader = (world: World, life: Life): Pick<UsageReader, "query"> => ({
  query: (build, usageQuery) => {
    const askedAt = world.now;
    return read(
      world,
      life,
      `usage of ${nameOf(world, [build.id])} is read`,
      () => disk.visibleRows(world.tables.usage).filter(({ entry }) => entry.build === build.id),
      (rows) => {
        if (world.now - askedAt > readMs) throw new UsageUnavailable("the read took too long");
        const entries = rows.map(({ entry }) => entry);
        return queryUsage(build, entries, usageQuery);
      },
    );
  },
});
