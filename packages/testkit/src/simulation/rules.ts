/** A rule, and the smallest change to the code's text that switches it off. Files are named from the root. */
export type Rule = Readonly<{
  name: string;
  /** What holds with it. */
  says: string;
  /** Where it is kept in the product. */
  livesIn: string;
  /** Where it is switched off, when that is the simulated counterpart of an adapter. */
  file?: string;
  from: string;
  to: string;
}>;

const worker = "packages/core/src/worker/worker.ts";
const blocks = "packages/core/src/worker/block.ts";
const writing = "packages/core/src/worker/write-block.ts";
const backfill = "packages/core/src/worker/backfill.ts";
const parking = "packages/core/src/worker/parked.ts";
const syncing = "packages/core/src/worker/table-sync.ts";
const here = "packages/testkit/src/simulation";

/** The rules of the data plane. What each change does is in the code's own words: see the file it changes. */
export const rules: readonly Rule[] = [
  {
    name: "settle",
    says: "The engine is settled before anything is read back.",
    livesIn: writing,
    from: `    await persist(deps, "settling the usage engine", signal, () => deps.engine.settle());\n`,
    to: "",
  },
  {
    name: "settle at start",
    says: "A start ends an engine that an earlier life has left.",
    livesIn: "packages/embedded/src/clickhouse/engine.ts",
    file: `${here}/server.ts`,
    from: "  endEngine(world.tables);\n",
    to: "",
  },
  {
    name: "read back events",
    says: "After an unknown outcome, only events that are not stored are written again.",
    livesIn: writing,
    from: "events: wanted.events.filter(({ position }) => !events.has(position.offset)),",
    to: "events: wanted.events,",
  },
  {
    name: "read back usage",
    says: "After an unknown outcome, only usage that is not stored is written again.",
    livesIn: writing,
    from: "usage: wanted.usage.filter(({ position, entry }) => usage.get(entry.build)?.has(position.offset) !== true),",
    to: "usage: wanted.usage,",
  },
  {
    name: "read back each build",
    says: "Usage is read back by position and build.",
    livesIn: writing,
    from: "usage.get(entry.build)?.has(position.offset) !== true",
    to: "![...usage.values()].some((offsets) => offsets.has(position.offset))",
  },
  {
    name: "read back both",
    says: "Both tables are read back: one says nothing of the other.",
    livesIn: writing,
    from: "usage: wanted.usage.filter(({ position, entry }) => usage.get(entry.build)?.has(position.offset) !== true),",
    to: "usage: wanted.usage.filter(({ position }) => build !== undefined ? usage.get(build)?.has(position.offset) !== true : !events.has(position.offset)),",
  },
  {
    name: "read back a refusal",
    says: "A refused block is settled and read back before it is bisected.",
    livesIn: writing,
    from: "    deps.logger.warn(\n      { from: block.from",
    to: '    const early = answers.find((answer) => answer.type === "refused" && answer.permanent);\n    if (early?.type === "refused") return bisect(run, missing, early.reason);\n    deps.logger.warn(\n      { from: block.from',
  },
  {
    name: "a refusal is no answer",
    says: "A write that was refused for now is an unknown outcome, too.",
    livesIn: writing,
    from: "    deps.logger.warn(\n      { from: block.from",
    to: '    if (answers.every((answer) => answer.type === "refused")) continue;\n    deps.logger.warn(\n      { from: block.from',
  },
  {
    name: "whole answers",
    says: "An answer of the tables counts when it has proved to be whole: a cut one, or none, is not a short one.",
    livesIn: "packages/clickhouse/src/whole-answer.ts",
    from: "if (!ended) throw new CutAnswer(`the answer was cut",
    to: "if (rows.length < 0) throw new CutAnswer(`the answer was cut",
  },
  {
    name: "whole inserts",
    says: "An insert is stored when the engine says that it has written as many rows as were sent.",
    livesIn: "packages/clickhouse/src/insert-answer.ts",
    from: "if (done.summary?.written_rows === String(rowsCount))",
    to: "if (done.summary !== undefined)",
  },
  {
    name: "recovery reads back",
    says: "Recovery looks in the tables before it writes.",
    livesIn: worker,
    from: `await write(block, "unknown", signal);`,
    to: `await write(block, "absent", signal);`,
  },
  {
    name: "boot id",
    says: "A marker of another boot counts as the trim bound, and the tables are checked.",
    livesIn: worker,
    from: "const sameBoot = marker?.boot === deps.boot && (await areTablesWhole());",
    to: "const sameBoot = marker !== null && (await areTablesWhole());",
  },
  {
    name: "whole tail",
    says: "After another boot the whole untrimmed tail is read back.",
    livesIn: worker,
    from: "const from = sameBoot ? Math.max(marker.offset, log.trimBound()) : log.trimBound();",
    to: "const from = marker !== null ? Math.max(marker.offset, log.trimBound()) : log.trimBound();",
  },
  {
    name: "repair",
    says: "After another boot broken parts are moved aside.",
    livesIn: worker,
    from: `await persist(deps, "checking the usage tables", signal, () => deps.engine.repair());`,
    to: "[] as readonly string[];",
  },
  {
    name: "marker after both",
    says: "The applied marker moves after both inserts.",
    livesIn: worker,
    from: `writing = write(block, "absent", signal)\n        .then(() => advance(block.to))`,
    to: `writing = log.markApplied({ boot: deps.boot, offset: block.to }).then(() => write(block, "absent", signal))\n        .then(() => advance(block.to))`,
  },
  {
    name: "one block at a time",
    says: "A block is written when the one before it is applied.",
    livesIn: worker,
    from: "      folded = block.to;\n      await writing;\n",
    to: "      folded = block.to;\n",
  },
  {
    name: "a cut block",
    says: "A block that folding makes too large ends there: what was read beyond is folded next.",
    livesIn: blocks,
    from: "    if (isFull && usage.length > 0) break;\n",
    to: "    if (isFull && usage.length > 0) {\n      to = (rows.at(-1) ?? row).position.offset + 1;\n      break;\n    }\n",
  },
  {
    name: "trim what was applied before the sync",
    says: "The log is trimmed to what was applied before the start of a completed sync.",
    livesIn: syncing,
    from: "if (bound > deps.log.trimBound()) await deps.log.trim(bound);",
    to: "if (bound >= 0) await deps.log.trim(deps.applied());",
  },
  {
    name: "trim after a sync",
    says: "The log is trimmed after a sync that succeeded.",
    livesIn: syncing,
    from: "    if (!(await deps.disk.sync())) {",
    to: "    await deps.disk.sync();\n    if (hasFailed()) {",
  },
  {
    name: "a failed sync",
    says: "After a failed sync nothing is trimmed until the next boot.",
    livesIn: syncing,
    from: "      await deps.log.recordSyncFailure(deps.boot);\n",
    to: "",
  },
  {
    name: "pause clean-up",
    says: "Sources of merges are kept when no sync completes.",
    livesIn: syncing,
    from: "if (isLate || hasFailed() || !whole) await deps.tables.pauseCleanup();",
    to: "if (isLate || hasFailed() || !whole) await Promise.resolve();",
  },
  {
    name: "no clean-up after a failed sync",
    says: "After a failed sync sources of merges are kept until the next boot.",
    livesIn: syncing,
    from: "if (isLate || hasFailed() || !whole) await",
    to: "if (isLate) await",
  },
  {
    name: "sources outlive a sync",
    says: "Sources of merges are kept longer than a sync takes.",
    livesIn: "packages/clickhouse/src/schema.ts",
    file: `${here}/tables.ts`,
    from: "export const oldPartsLifetimeMs = 600_000;",
    to: "export const oldPartsLifetimeMs = 0;",
  },
  {
    name: "sync before an engine starts",
    says: "The file system is synced before an engine starts: it dates merged parts' sources by when they were written.",
    livesIn: "packages/embedded/src/clickhouse/engine.ts",
    file: `${here}/tables.ts`,
    from: `      if (part.sources.length > 0 && part.onDisk === "no") part.onDisk = syncs ? "yes" : "dropped";\n`,
    to: "",
  },
  {
    name: "check before clean-up",
    says: "Nothing is cleaned up before the tables are known to be whole.",
    livesIn: "packages/embedded/src/clickhouse/engine.ts",
    file: `${here}/tables.ts`,
    from: "  tables.cleanupPaused = true;\n};",
    to: "  tables.cleanupPaused = false;\n};",
  },
  {
    name: "check before reads",
    says: "Nothing is read before the tables are known to be whole, also not below the trim bound.",
    livesIn: worker,
    from: "const isReached = (): boolean => checked && applied >= offset;",
    to: "const isReached = (): boolean => applied >= offset;",
  },
  {
    name: "cut before recovery",
    says: "A life cuts uncut builds before it folds anything: an earlier life's statement may still store a cut.",
    livesIn: worker,
    from: "    await cutNewBuilds();\n    while (folded < end) {",
    to: "    while (folded < end) {",
  },
  {
    name: "cut before folding",
    says: "A cut is stored before an event is folded with it.",
    livesIn: worker,
    from: `      await persist(deps, "storing the cut of meter builds", signal, () => deps.builds.cut(log, uncut, folded));\n      await refreshBuilds();`,
    to: `      const at = folded;\n      void persist(deps, "storing the cut of meter builds", signal, () => deps.builds.cut(log, uncut, at)).catch(() => undefined);\n      builds = builds.map((state) => (state.fromOffset === null ? { ...state, fromOffset: at } : state));\n      backfill.update(builds, applied);`,
  },
  {
    name: "backfill what is applied",
    says: "A backfill starts when, in this life, everything below the cut is applied.",
    livesIn: backfill,
    from: "fromOffset !== null && fromOffset <= applied,",
    to: "fromOffset !== null && applied >= 0,",
  },
  {
    name: "backfill reads back",
    says: "A backfill looks in usage before it writes.",
    livesIn: writing,
    from: `state === "absent" ? block : await readMissing(run, block)`,
    to: `state === "absent" ? block : typeof state === "object" ? { events: [], usage: block.usage } : await readMissing(run, block)`,
  },
  {
    name: "complete after a sync",
    says: "That a build is complete is stored after a sync that began after its last write.",
    livesIn: backfill,
    from: "if (hadEvents && !(await deps.tableSync.request())) return;",
    to: "if (hadEvents && signal.aborted) return;",
  },
  {
    name: "complete after a later sync",
    says: "The sync must have begun after the write: one that is under way does not count.",
    livesIn: syncing,
    from: "    if (running === null) return start();\n",
    to: "    return running ?? start();\n",
  },
  {
    name: "park before passing",
    says: "A parked event is recorded before its position passes.",
    livesIn: writing,
    from: `await persist(deps, "parking an event", signal, () => deps.parked.park(event));`,
    to: `void persist(deps, "parking an event", signal, () => deps.parked.park(event)).catch(() => undefined);`,
  },
  {
    name: "retry when complete",
    says: "Parked events are tried again only while no build is incomplete.",
    livesIn: worker,
    from: "if (!builds.every(isReady)) return;",
    to: "",
  },
  {
    name: "retry for all builds",
    says: "Parked events are tried again for all builds, whatever their cut.",
    livesIn: parking,
    from: "const fold = createFold(builds, deps.sha256);",
    to: "const fold = createFold(builds.slice(0, 1));",
  },
  {
    name: "retry reads back",
    says: "A parked event is looked for before it is written.",
    livesIn: parking,
    from: `(block, "unknown", signal)`,
    to: `(block, "absent", signal)`,
  },
  {
    name: "forget after a sync",
    says: "A parked event is forgotten after a sync that began after it was stored.",
    livesIn: parking,
    from: "if (await deps.tableSync.request())",
    to: "if (!signal.aborted)",
  },
  {
    name: "wait for the head",
    says: "A read waits until everything below the log's end is applied.",
    livesIn: "packages/core/src/metering/fresh-usage.ts",
    from: "const reached = await deps.freshness.reach(await deps.log.head(), restMs());",
    to: "const reached = (await deps.log.head()).length > 0;",
  },
  {
    name: "resolve after the wait",
    says: "A read resolves its build after its wait.",
    livesIn: "packages/core/src/metering/query-meter.ts",
    from: "const fresh = await findLiveMeter(deps.meters, namespace, found.value.meter.id);",
    to: "const fresh = found;",
  },
  {
    name: "wait for the build",
    says: "A build that is not complete does not answer.",
    livesIn: "packages/core/src/metering/resolve-build.ts",
    from: "if (now.ready) return ok(pending);",
    to: "return ok(pending);",
  },
  {
    name: "delete later",
    says: "Usage of an ended build stays for the longest read.",
    livesIn: worker,
    from: "instant(clock.now() - limits.endedBuildsKeptMs)",
    to: "instant(clock.now())",
  },
  {
    name: "recovery before reads",
    says: "Reads wait until recovery has passed their position.",
    livesIn: worker,
    from: "    applied = from;\n",
    to: "    applied = end;\n",
  },
  {
    name: "next offset is stored",
    says: "The next offset is kept when everything before has been trimmed.",
    livesIn: "packages/log-local/src/group.ts",
    file: `${here}/log.ts`,
    from: "const nextOnDisk = (log: Log): number => log.next;",
    to: "const nextOnDisk = (log: Log): number => (log.entries.at(-1)?.offset ?? -1) + 1;",
  },
  {
    name: "keys stay",
    says: "Keys outlive the entries that are trimmed.",
    livesIn: "packages/log-local/src/trim.ts",
    file: `${here}/log.ts`,
    from: "  log.entries = log.entries.filter(",
    to: "  for (const { event, offset } of log.entries) if (offset < bound) log.keys.delete(event.id);\n  log.entries = log.entries.filter(",
  },
];
