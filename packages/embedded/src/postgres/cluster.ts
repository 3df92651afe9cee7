import { mkdir, mkdtemp, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { watch } from "../child.ts";
import { cannotWrite, codeOf } from "../directory.ts";
import { toLine } from "../errors.ts";
import type { Runner } from "./runner.ts";

/** In Unicode, sorted by code point, the same on every machine. */
const INITDB_ARGS = [
  "--username=postgres",
  "--auth=trust",
  "--encoding=UTF8",
  "--locale=C",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
  "--no-instructions",
];

/**
 * Makes a new cluster at `dataDir` unless there is one. It is made beside it and moved into place when it is complete
 * (and on disk, unless `unsafe`), so that a kill leaves nothing half made; what an earlier kill left is removed.
 */
export const ensureCluster = async ({
  dataDir,
  initdb,
  runner,
  unsafe,
  onLog,
}: Readonly<{
  dataDir: string;
  initdb: string;
  runner: Runner;
  unsafe: boolean;
  onLog: (line: string) => void;
}>): Promise<void> => {
  const parent = dirname(dataDir);
  const prefix = `${basename(dataDir)}.init-`;
  for (const name of await readdir(parent))
    if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true });
  if (!(await isEmpty(dataDir))) return;

  const fresh = await mkdtemp(join(parent, prefix)); // mode 0700
  try {
    await runner.own(fresh);
    const child = runner.run([initdb, "-D", fresh, ...INITDB_ARGS, ...(unsafe ? ["--no-sync"] : [])], {
      cwd: parent,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const watched = watch(child, onLog);
    await watched.exited;
    await watched.closed;
    if (child.exitCode !== 0)
      throw new Error(
        `a new Postgres cluster could not be made in ${parent}: ${watched.lastLines().map(toLine).join(" · ")}`,
      );
    await mkdir(dataDir, { recursive: true });
    await rename(fresh, dataDir); // an empty directory is replaced
    if (!unsafe) await syncDirectory(parent);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
};

/** Throws when there is something that is no cluster. */
const isEmpty = async (dataDir: string): Promise<boolean> => {
  try {
    const names = await readdir(dataDir);
    if (names.includes("PG_VERSION")) return false;
    if (names.length > 0) throw new Error(`${dataDir} is not empty and holds no Postgres cluster`);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return true;
    throw codeOf(error) === "" ? error : cannotWrite(dataDir, error);
  }
};

const syncDirectory = async (dir: string): Promise<void> => {
  const handle = await open(dir, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
