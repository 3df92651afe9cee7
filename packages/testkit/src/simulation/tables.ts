import type { EventRow, UsageTableRow } from "@meter/core";
import type { BuildId } from "@meter/metering";

/** How ClickHouse keeps a table: as parts that are written whole, merged into larger ones, and cleaned up later. */
export type Part<Row> = {
  readonly name: string;
  readonly rows: readonly Row[];
  /** What it was merged from; their directories stay until they are cleaned up. */
  readonly sources: readonly Part<Row>[];
  readonly writtenAt: number;
  /** `covered`: a merged part has taken its place. */
  state: "active" | "covered" | "gone";
  coveredAt: number;
  /** `dropped`: a sync failed, and the kernel will not write its pages any more, whatever later syncs report. */
  onDisk: "no" | "yes" | "dropped";
  /** Broken by a loss of power: it answers with nothing, and hides its sources, until it is moved aside. */
  torn: boolean;
};

export type Table<Row> = { readonly letter: string; parts: Part<Row>[]; made: number };

export type Tables = {
  readonly events: Table<EventRow>;
  readonly usage: Table<UsageTableRow>;
  /** Clean-up is stopped: as at the start of every engine. */
  cleanupPaused: boolean;
  /** Statements whose client is gone, or has given up: each may still be committed until the engine has been ended. */
  inFlight: Readonly<{ label: string; commit: () => void }>[];
};

/** The tables' `old_parts_lifetime`. */
export const oldPartsLifetimeMs = 600_000;

export const createTables = (): Tables => ({
  events: { letter: "E", parts: [], made: 0 },
  usage: { letter: "U", parts: [], made: 0 },
  cleanupPaused: true,
  inFlight: [],
});

export const tablesOf = (tables: Tables): readonly Table<unknown>[] => [
  tables.events as Table<unknown>,
  tables.usage as Table<unknown>,
];

/** Every insert is one part: whole, or not there. */
export const writePart = <Row>(
  table: Table<Row>,
  rows: readonly Row[],
  now: number,
  sources: readonly Part<Row>[] = [],
): void => {
  table.parts.push({
    name: `${table.letter}${++table.made}`,
    rows,
    sources,
    writtenAt: now,
    state: "active",
    coveredAt: 0,
    onDisk: "no",
    torn: false,
  });
};

/** What a query sees. */
export const visibleRows = <Row>({ parts }: Table<Row>): readonly Row[] =>
  parts.flatMap((part) => (part.state === "active" && !part.torn ? part.rows : []));

/** All active parts become one; its sources stay for a while. Also how a mutation rewrites a part, with a filter. */
export const mergeParts = <Row>(table: Table<Row>, now: number, keep: (row: Row) => boolean = () => true): void => {
  const sources = table.parts.filter(({ state, torn }) => state === "active" && !torn);
  if (sources.length === 0) return;
  writePart(table, sources.flatMap(({ rows }) => rows).filter(keep), now, sources);
  for (const part of sources) {
    part.state = "covered";
    part.coveredAt = now;
  }
};

export const deleteBuildRows = ({ usage }: Tables, builds: readonly BuildId[], now: number): void =>
  mergeParts(usage, now, ({ entry }) => !builds.includes(entry.build));

const isOld = (part: Part<unknown>, now: number): boolean =>
  part.state === "covered" && now - part.coveredAt >= oldPartsLifetimeMs;

/** Parts that clean-up may remove now. */
export const hasOldParts = (tables: Tables, now: number): boolean =>
  !tables.cleanupPaused && tablesOf(tables).some(({ parts }) => parts.some((part) => isOld(part, now)));

/** Nothing brings a part back that clean-up has removed: the worst a file system can do with an unlink. */
export const removeOldParts = (tables: Tables, now: number): void => {
  for (const { parts } of tablesOf(tables)) for (const part of parts) if (isOld(part, now)) part.state = "gone";
};

/** The engine has ended: nothing that was in flight can be committed any more. */
export const endEngine = (tables: Tables): void => {
  tables.inFlight = [];
};

/**
 * An engine that starts dates the sources of merges by when they were written, not by when they were merged: without
 * more ado it could remove them at once, the merge not being on disk. So the file system is synced between the end of one
 * engine and the start of the next (what counts on it here is merged parts only), and nothing is removed before the engine
 * is told to.
 */
export const startEngine = (tables: Tables, syncs = true): void => {
  for (const { parts } of tablesOf(tables))
    for (const part of parts) {
      if (part.sources.length > 0 && part.onDisk === "no") part.onDisk = syncs ? "yes" : "dropped";
      if (part.state === "covered") part.coveredAt = part.writtenAt;
    }
  tables.cleanupPaused = true;
};

/** A sync that begins now; what it answers for is what was written before. `complete` ends it. */
export const beginSync = (tables: Tables): Readonly<{ complete: () => void; fail: () => void }> => {
  const unwritten = tablesOf(tables)
    .flatMap(({ parts }) => parts)
    .filter(({ onDisk }) => onDisk === "no");
  const turn = (to: Part<unknown>["onDisk"]) => () => {
    for (const part of unwritten) if (part.onDisk === "no") part.onDisk = to;
  };
  return { complete: turn("yes"), fail: turn("dropped") };
};

/** Parts of which a loss of power may leave anything. */
export const partsAtRisk = (tables: Tables): readonly string[] =>
  tablesOf(tables).flatMap(({ parts }) =>
    parts.filter(({ state, onDisk }) => state !== "gone" && onDisk !== "yes").map(({ name }) => name),
  );

/** Of parts that were not on disk, those named are lost or torn, the others whole. What is left is on disk now. */
export const losePower = (tables: Tables, fates: ReadonlyMap<string, "lost" | "torn">): void => {
  endEngine(tables);
  for (const { parts } of tablesOf(tables)) {
    for (const part of parts) {
      if (part.state === "gone" || part.onDisk === "yes") continue;
      if (fates.get(part.name) === "lost") part.state = "gone";
      else if (fates.get(part.name) === "torn") part.torn = true;
      part.onDisk = "yes";
    }
    uncover(parts);
  }
  startEngine(tables);
};

/** Sources whose merge is not there are what the table consists of again. */
const uncover = (parts: readonly Part<unknown>[]): void => {
  const covered = new Set(parts.filter(({ state }) => state !== "gone").flatMap(({ sources }) => sources));
  // A merge may itself be a source: what it covered stays covered by the merge above it.
  for (const part of covered) for (const source of part.sources) covered.add(source);
  for (const part of parts) if (part.state === "covered" && !covered.has(part)) part.state = "active";
};

/** Moves broken parts aside, so that their sources come back; answers their names. */
export const repairTables = (tables: Tables): readonly string[] => {
  const moved: string[] = [];
  for (const { parts } of tablesOf(tables)) {
    for (const part of parts) {
      if (part.state !== "active" || !part.torn) continue;
      part.state = "gone";
      moved.push(part.name);
    }
    uncover(parts);
  }
  return moved.length === 0 ? moved : [...moved, ...repairTables(tables)];
};
