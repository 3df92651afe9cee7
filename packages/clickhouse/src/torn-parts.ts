import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Connect, createConnection } from "./connection.ts";
import { type ActivePart, listActive, listSetAside } from "./parts.ts";

export type PartWatch = Readonly<{
  /**
   * Parts that are not whole on disk, as `<table>/<part>`: on a disk that fills up while it merges, the engine takes a part
   * for written whose files are empty, and removes its sources ten minutes later. Looks at sizes alone, and at each part
   * until it was whole once. Rejects with UsageUnavailable.
   */
  findTorn: () => Promise<readonly string[]>;
  /** Those of them that are in use: not those that the engine itself has set aside. */
  findShort: () => Promise<readonly string[]>;
  close: () => Promise<void>;
}>;

/** Watches the tables of an engine whose data directory is on this machine. */
export const watchParts = ({ connect }: Readonly<{ connect: Connect }>): PartWatch => {
  const connection = createConnection(connect);
  let whole: ReadonlySet<string> = new Set();

  const look = async (): Promise<ReadonlySet<string>> => {
    const active = await listActive(connection);
    const isWhole = await Promise.all(active.map(async (part) => whole.has(part.path) || (await isWholeOnDisk(part))));
    whole = new Set(active.flatMap(({ path }, index) => (isWhole[index] === true ? [path] : [])));
    return new Set(active.flatMap(({ part }, index) => (isWhole[index] === true ? [] : [part])));
  };

  const findShort = async (): Promise<readonly string[]> => {
    const first = await look();
    // A part may have gone while it was looked at.
    return first.size === 0 ? [] : [...(await look())].filter((part) => first.has(part));
  };

  return {
    findTorn: async () => [...(await listSetAside(connection)).map(({ part }) => part), ...(await findShort())],
    findShort,
    close: connection.close,
  };
};

const isWholeOnDisk = async ({ path, bytes }: ActivePart): Promise<boolean> => {
  const sizes = await sizesOf(path).catch(() => null);
  return sizes !== null && sizes.checksums > 0 && sizes.all >= bytes;
};

/** The sizes of the files of a part and of its projections. */
const sizesOf = async (path: string): Promise<Readonly<{ all: number; checksums: number }>> => {
  let all = 0;
  let checksums = 0;
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    const size = entry.isDirectory() ? (await sizesOf(inside)).all : (await stat(inside)).size;
    all += size;
    if (entry.name === "checksums.txt") checksums = size;
  }
  return { all, checksums };
};
