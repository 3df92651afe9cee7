import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cannotWrite } from "./directory.ts";
import { identify, isAlive, isProcessIdentity, type ProcessIdentity } from "./process-identity.ts";

const STEP_MS = 20;
/** How long a process that is ending may take to let go of its directory. */
const RELEASE_MS = 5_000;

/** The process recorded in `file`; undefined when there is none, or the record cannot be read. */
export const readRecord = async (file: string): Promise<ProcessIdentity | undefined> => {
  try {
    const value: unknown = JSON.parse(await readFile(file, "utf8"));
    return isProcessIdentity(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Replaces the record in one step. */
export const writeRecord = async (file: string, identity: ProcessIdentity): Promise<void> => {
  try {
    await writeFile(`${file}.new`, `${JSON.stringify(identity)}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
  } catch (error) {
    throw cannotWrite(file, error);
  }
};

/** Resolves to whether the process was gone within `timeoutMs`. */
export const awaitGone = async (isThere: () => boolean, timeoutMs: number): Promise<boolean> => {
  const end = performance.now() + timeoutMs;
  while (isThere()) {
    if (performance.now() >= end) return false;
    await sleep(STEP_MS);
  }
  return true;
};

/**
 * Takes the engine directory `runDir` for this process. One supervisor at a time: another one that lives gets
 * `RELEASE_MS` to end; then this throws one line that names the data directory and the other process.
 */
export const claimOwnership = async (runDir: string, dataDir: string): Promise<void> => {
  const file = ownerFile(runDir);
  const owner = await readRecord(file);
  if (owner && !(owner.pid !== process.pid && (await awaitGone(() => isAlive(owner), RELEASE_MS))) && isAlive(owner))
    throw new Error(`${dataDir} is in use by process ${owner.pid}: stop that one first`);
  const self = identify(process.pid);
  if (!self) throw new Error("this process cannot be identified: /proc or ps does not answer");
  await writeRecord(file, self);
};

/** Gives the engine directory back. */
export const releaseOwnership = async (runDir: string): Promise<void> => rm(ownerFile(runDir), { force: true });

const ownerFile = (runDir: string): string => join(runDir, "owner.json");
