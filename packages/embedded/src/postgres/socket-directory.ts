import { lstat, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { cannotWrite } from "../directory.ts";

/** A Unix socket's path has at most 107 bytes on Linux and 103 on macOS. */
const SOCKET_PATH_BYTES_MAX = 103;
const SOCKET_NAME = "/.s.PGSQL.5432";
const PREFIX = "meter-pg-";

/**
 * The directory for the server's socket, mode 0700: the run directory, or, when that has too long a path, a new one in
 * the temporary directory. Its path is recorded in the run directory, and one of an earlier start is removed.
 */
export const prepareSocketDirectory = async (runDir: string): Promise<string> => {
  await removeSocketDirectory(runDir);
  if (Buffer.byteLength(runDir + SOCKET_NAME) <= SOCKET_PATH_BYTES_MAX) return runDir;
  try {
    const dir = await mkdtemp(join(tmpdir(), PREFIX)); // mode 0700
    await writeFile(`${recordFile(runDir)}.new`, dir, { mode: 0o600 });
    await rename(`${recordFile(runDir)}.new`, recordFile(runDir));
    return dir;
  } catch (error) {
    throw cannotWrite(tmpdir(), error);
  }
};

/** Removes the recorded socket directory, if there is one and it is what we would have made. */
export const removeSocketDirectory = async (runDir: string): Promise<void> => {
  const dir = await readFile(recordFile(runDir), "utf8").catch(() => "");
  if (await isOurs(dir)) await rm(dir, { recursive: true, force: true });
  await rm(recordFile(runDir), { force: true });
};

const recordFile = (runDir: string): string => join(runDir, "socket-directory");

const isOurs = async (dir: string): Promise<boolean> => {
  if (!basename(dir).startsWith(PREFIX) || dirname(dir) !== tmpdir()) return false;
  const stats = await lstat(dir).catch(() => undefined);
  return stats?.isDirectory() ?? false;
};
