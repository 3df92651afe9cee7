import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** Where everything of one installation lies. */
export type DataDirectory = Readonly<{
  path: string;
  log: string;
  postgres: string;
  clickhouse: string;
  adminKeyFile: string;
  first: boolean;
}>;

/** One line for the person who starts Meter; it names the directory. */
export class DataDirectoryError extends Error {
  override readonly name = "DataDirectoryError";
}

const markerName = "meter.json";
const layout = 1;

/**
 * Takes a directory as ours: one that is missing or empty, or that carries our marker. Anything else is left as it is.
 * The directory is readable by its owner alone. That nobody else holds it is for the event log to say, whose lock ends
 * with its process.
 */
export const claimDataDirectory = async (path: string): Promise<DataDirectory> => {
  const fail = (reason: string): never => {
    throw new DataDirectoryError(`METER_DATA_DIR: ${path} ${reason}`);
  };
  const attempt = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: NodeJS.ErrnoException) => fail(explain(error)));

  await attempt(mkdir(path, { recursive: true, mode: 0o700 }));
  const marker = join(path, markerName);
  const found = await readFile(marker, "utf8").catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? null : fail(explain(error)),
  );
  const names = (await attempt(readdir(path))).filter(
    (name) => name !== "lost+found" && !name.startsWith(`.${markerName}.`),
  );
  const first = found === null;
  if (first && names.length > 0)
    fail(`holds files that are not Meter's (${names.slice(0, 3).join(", ")}); choose an empty directory`);
  if (found !== null && readLayout(found) !== layout)
    fail("was written by another version of Meter, or its meter.json is damaged");
  await attempt(chmod(path, 0o700));
  await attempt(probe(path));
  if (first) await attempt(writeWhole(marker, JSON.stringify({ product: "meter", layout, id: randomUUID() }) + "\n"));
  return {
    path,
    log: join(path, "log"),
    postgres: join(path, "postgres"),
    clickhouse: join(path, "clickhouse"),
    adminKeyFile: join(path, "admin-key"),
    first,
  };
};

/** The layout a marker names; null when it is not a marker of ours. */
const readLayout = (text: string): unknown => {
  try {
    const marker: unknown = JSON.parse(text);
    return typeof marker === "object" &&
      marker !== null &&
      "product" in marker &&
      marker.product === "meter" &&
      "layout" in marker
      ? marker.layout
      : null;
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
    case undefined:
    default:
      return `cannot be used: ${error.message}`;
  }
};
