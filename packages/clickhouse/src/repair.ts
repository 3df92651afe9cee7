import { mkdir, rename } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { ClickHouseError } from "@clickhouse/client";
import { assert } from "@meter/primitives";
import { createConnection, type Connect, type Connection, silentSocketMs } from "./connection.ts";
import { listActive, listSetAside, type Part } from "./parts.ts";
import { database } from "./schema.ts";

/** Ends the engine, awaits its exit, runs the work on its data directory, starts it again. */
export type WhileStopped = <T>(work: (dataDir: string) => Promise<T>) => Promise<T>;

/** Each round moves at least one part; a merged part uncovers its sources, and theirs. More rounds than that is no repair any more. */
const roundsMax = 20;

/**
 * For the time after a loss of power. Reads every byte of both tables, moves the directories of broken parts (those that
 * the engine itself set aside at its start, too) to `<dataDir>/aside/<time>-<table>-<part>` while the engine is stopped, and
 * checks again, as the sources of a merged part that is gone come back with the next start. Never DETACH, never DROP: they
 * would take the sources along. Answers what was moved as `<table>/<part>`, in the order of moving; throws when it
 * does not come to an end.
 */
export const repairTables = async ({
  connect,
  whileStopped,
}: Readonly<{ connect: Connect; whileStopped: WhileStopped }>): Promise<readonly string[]> => {
  const connection = createConnection(connect);
  const moved: string[] = [];
  try {
    for (let round = 1; round <= roundsMax; round++) {
      const broken = await findBroken(connection);
      if (broken.length === 0) return moved;
      await whileStopped(async (dataDir) => await moveAside(dataDir, broken));
      moved.push(...broken.map(({ part }) => part));
    }
  } finally {
    await connection.close();
  }
  throw new Error(
    `after ${roundsMax} rounds the usage tables still have broken parts: ${moved.join(", ")} were moved aside`,
  );
};

const findBroken = async (connection: Connection): Promise<readonly Part[]> => {
  const broken: Part[] = [...(await listSetAside(connection))];
  for (const part of await listActive(connection)) if (!(await isSound(connection, part))) broken.push(part);
  return broken;
};

/**
 * Reads the part, its projections included. A part that was merged away meanwhile has been read by the merge, which would
 * have failed. The statement takes no parameters, so the name of the part is checked instead.
 */
const isSound = async (connection: Connection, { part }: Part): Promise<boolean> => {
  const [table, name] = part.split("/");
  assert(name !== undefined && /^[\w-]+$/.test(name), `the engine does not name parts like ${part}`);
  const sql = `CHECK TABLE ${database}.${table} PART '${name}'`;
  try {
    const rows = await connection.read(
      { name: "check part", sql, parameters: {} },
      { settings: { check_query_single_value_result: 0, max_execution_time: 0 }, timeoutMs: silentSocketMs },
    );
    assert(rows.length > 0, `the check of the part ${part} says nothing of it`);
    return rows.every(([, passed]) => passed === 1 || passed === true);
  } catch (error) {
    if (error instanceof Error && error.cause instanceof ClickHouseError && error.cause.code === noSuchPart)
      return true;
    throw error;
  }
};

const noSuchPart = "232";

const moveAside = async (dataDir: string, broken: readonly Part[]): Promise<void> => {
  const aside = join(dataDir, "aside");
  await mkdir(aside, { recursive: true });
  for (const { part, path } of broken) {
    const inside = relative(resolve(dataDir), resolve(path));
    assert(inside !== "" && !inside.startsWith(".."), `the part ${part} lies outside of the data directory`);
    await rename(path, join(aside, `${Date.now()}-${part.replace("/", "-")}`));
  }
};
