import { mkdtempSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * @typedef {Readonly<{ pid: number; startedAt: string }>} Holder a process; `startedAt` tells it from a later one with its number
 * @typedef {Readonly<{ id: string; holders: readonly Holder[] }>} Owner
 * @typedef {Readonly<{ addHolder: (pid: number) => void; release: () => void }>} InstallLock
 */

const pollMs = 200;

/**
 * Waits until no other process installs into `modulesDir`, and keeps others out until `release`. The lock is a folder
 * that appears and disappears by one rename, owner included. A lock whose holders are all dead is moved aside, under
 * the owner's own name: a second process that saw the same dead owner, but is late, finds that name taken and so can
 * never move away the lock of whoever came after. (Those folders are left there: they are what makes that true.)
 * @param {string} modulesDir
 * @param {(pid: number) => void} onWait called once, with the process waited for
 * @returns {Promise<InstallLock>}
 */
export const acquireInstallLock = async (modulesDir, onWait) => {
  mkdirSync(modulesDir, { recursive: true });
  const lock = join(modulesDir, ".install-lock");
  const mine = mkdtempSync(`${lock}-`);
  /** @type {Owner} */
  let owner = { id: basename(mine), holders: [holderOf(process.pid)] };
  writeOwner(mine, owner);
  const release = () => {
    process.off("exit", release);
    if (readOwner(lock)?.id === owner.id) tryRename(lock, mine);
    rmSync(mine, { recursive: true, force: true });
  };
  process.on("exit", release);

  for (let waited = false; !tryRename(mine, lock);) {
    const other = readOwner(lock);
    if (other === null) continue; // released in between
    const alive = other.holders.find(isAlive);
    if (alive === undefined) {
      tryRename(lock, `${join(modulesDir, other.id)}-abandoned`);
      continue;
    }
    if (!waited) onWait(alive.pid);
    waited = true;
    await sleep(pollMs);
  }

  return {
    addHolder: (pid) => {
      owner = { ...owner, holders: [...owner.holders, holderOf(pid)] };
      writeOwner(lock, owner);
    },
    release,
  };
};

/** @param {string} dir @param {Owner} owner */
const writeOwner = (dir, owner) => {
  const draft = join(dir, "owner.draft");
  writeFileSync(draft, JSON.stringify(owner));
  renameSync(draft, join(dir, "owner"));
};

/** @param {string} lock @returns {Owner | null} */
const readOwner = (lock) => {
  try {
    return JSON.parse(readFileSync(join(lock, "owner"), "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
};

/** False when the target is taken or the source has gone. @param {string} from @param {string} to */
const tryRename = (from, to) => {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST", "ENOENT"].includes(codeOf(error))) return false;
    throw error;
  }
};

/** @param {number} pid @returns {Holder} */
const holderOf = (pid) => ({ pid, startedAt: processStat(pid)?.startedAt ?? "" });

/** @param {Holder} holder */
const isAlive = ({ pid, startedAt }) => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
  const stat = processStat(pid);
  return stat === null || startedAt === "" || (stat.startedAt === startedAt && stat.state !== "Z");
};

/** State and start (clock ticks since boot) from Linux's process table; null where there is none. @param {number} pid */
const processStat = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // from the third field of proc(5) on
    return { state: fields[0] ?? "", startedAt: fields[19] ?? "" };
  } catch {
    return null;
  }
};

/** @param {unknown} error */
const codeOf = (error) => (error instanceof Error && "code" in error ? String(error.code) : "");
