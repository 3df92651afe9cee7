import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";

/** Where everything of one installation lies. */
export type DataDirectory = Readonly<{
  path: string;
  log: string;
  postgres: string;
  clickhouse: string;
  adminKeyFile: string;
  /** Nothing of ours is there so far. */
  first: boolean;
  /** What its parts have in common; null until they were joined for the first time. */
  installation: Installation | null;
}>;

export type Installation = Readonly<{ log: string; clock: string }>;

/** One line for the person who starts Meter; it names the directory. */
export class DataDirectoryError extends Error {
  override readonly name = "DataDirectoryError";
}

const markerName = "meter.json";
const layout = 1;

type Marker = Readonly<{ product: "meter"; layout: number; id: string; installation?: Installation }>;

/**
 * Looks whether a directory is ours, or can become ours: one that is missing or empty, or that carries our marker.
 * Anything else is refused. Reads only.
 */
export const inspectDataDirectory = async (path: string): Promise<DataDirectory> => {
  const fail = failIn(path);
  const found = await readFile(join(path, markerName), "utf8").catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? null : fail(explain(error)),
  );
  const names = (
    await readdir(path).catch((error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? [] : fail(explain(error))))
  ).filter((name) => name !== "lost+found" && !name.startsWith(`.${markerName}.`));
  if (found === null && names.length > 0)
    fail(`holds files that are not Meter's (${names.slice(0, 3).join(", ")}); choose an empty directory`);
  const marker = found === null ? null : readMarker(found);
  if (found !== null && marker?.layout !== layout)
    fail("was written by another version of Meter, or its meter.json is damaged");
  return {
    path,
    log: join(path, "log"),
    postgres: join(path, "postgres"),
    clickhouse: join(path, "clickhouse"),
    adminKeyFile: join(path, "admin-key"),
    first: found === null,
    installation: marker?.installation ?? null,
  };
};

/**
 * Makes an inspected directory ours, readable by its owner alone, once it has shown that it can be written. When it cannot,
 * what was made is taken away again. That nobody else holds it is for the event log to say, whose lock ends with its process.
 */
export const takeDataDirectory = async ({ path, first }: DataDirectory): Promise<void> => {
  const fail = failIn(path);
  const made: string[] = [];
  let mode: number | null = null;
  try {
    await makeDirectories(path, made);
    await probe(path);
    ({ mode } = await stat(path));
    await chmod(path, 0o700);
    if (first) await writeMarker(path, { product: "meter", layout, id: randomUUID() });
  } catch (error) {
    if (mode !== null) await chmod(path, mode).catch(() => undefined);
    for (const one of made.toReversed()) await rmdir(one).catch(() => undefined);
    fail(explain(error as NodeJS.ErrnoException)); // of the file system: nothing else is called
  }
};

/** Keeps in the marker what the parts have in common. */
export const recordInstallation = async (directory: DataDirectory, installation: Installation): Promise<void> => {
  const marker = readMarker(await readFile(join(directory.path, markerName), "utf8"));
  if (marker === null || isDeepStrictEqual(marker.installation, installation)) return;
  await writeMarker(directory.path, { ...marker, installation });
};

const failIn =
  (path: string) =>
  (reason: string): never => {
    throw new DataDirectoryError(`METER_DATA_DIR: ${path} ${reason}`);
  };

/** One after the other: the recursive mkdir never ends where directories cannot be made, such as in /proc. */
const makeDirectories = async (path: string, made: string[]): Promise<void> => {
  const missing: string[] = [];
  let at = path;
  while (!(await isDirectory(at))) {
    missing.push(at);
    at = dirname(at);
  }
  for (const one of missing.toReversed()) {
    await mkdir(one, { mode: 0o700 });
    made.push(one);
  }
};

const isDirectory = async (path: string): Promise<boolean> => {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false; // stat's errors are of the file system
    throw error;
  }
  throw Object.assign(new Error(`${path} is not a directory`), { code: "ENOTDIR" });
};

const writeMarker = (path: string, marker: Marker): Promise<void> =>
  writeWhole(join(path, markerName), `${JSON.stringify(marker)}\n`);

/** Null when it is not a marker of ours. */
const readMarker = (text: string): Marker | null => {
  try {
    const marker: unknown = JSON.parse(text);
    const isOurs =
      typeof marker === "object" &&
      marker !== null &&
      "product" in marker &&
      marker.product === "meter" &&
      "layout" in marker;
    return isOurs ? (marker as Marker) : null; // as writeMarker wrote it
  } catch {
    return null;
  }
};

/** Enough for the first files of the engines; a disk with less than this is full for us. */
const probeBytes = 4 * 1024 * 1024;

/** Finds a full or read-only disk before anything of ours is written. */
const probe = async (path: string): Promise<void> => {
  const file = join(path, `.${markerName}.probe`);
  try {
    const handle = await open(file, "w", 0o600);
    try {
      await handle.writeFile(Buffer.alloc(probeBytes, 1));
      await handle.sync();
    } finally {
      await handle.close();
    }
  } finally {
    await rm(file, { force: true });
  }
};

/** A file that is there as a whole or not at all, also after a loss of power; readable by its owner alone. */
export const writeWhole = async (path: string, text: string): Promise<void> => {
  const temporary = join(path, "..", `.${markerName}.${process.pid}`);
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  const directory = await open(join(path, ".."), "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};

/** What a file system error means for whoever chose the directory. */
export const explain = (error: NodeJS.ErrnoException): string => {
  switch (error.code) {
    case "ENOSPC":
    case "EDQUOT":
      return "is on a disk that is full";
    case "EROFS":
      return "is on a read-only file system";
    case "EACCES":
    case "EPERM":
      return "cannot be written by this user";
    case "ENOTDIR":
    case "EEXIST":
      return "is not a directory";
    case "ENOENT":
      return "cannot be made: its file system takes no new directories";
    case undefined:
    default:
      return `cannot be used: ${error.message}`;
  }
};
