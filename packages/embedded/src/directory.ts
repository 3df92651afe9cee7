import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { toLine } from "./errors.ts";

const PROBE_BYTES = 4096;

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOTDIR: "a part of the path is not a directory",
  EEXIST: "a part of the path is not a directory",
};

/**
 * Makes `dir` exist with mode 0700 and proves that it can be written to.
 * Returns its real path. Throws one line that names the directory and the reason (full, read-only, no permission).
 */
export const prepareDirectory = async (dir: string): Promise<string> => {
  const absolute = resolve(dir);
  try {
    await mkdir(absolute, { recursive: true, mode: 0o700 });
    await chmod(absolute, 0o700);
    await probe(absolute);
    return await realpath(absolute);
  } catch (error) {
    throw cannotWrite(absolute, error);
  }
};

/**
 * Real path of `dir` by the real path of its parent; the parent is created and probed, `dir` itself may be absent.
 * Throws like `prepareDirectory`, naming the parent.
 */
export const locateDirectory = async (dir: string): Promise<string> => {
  const parent = dirname(resolve(dir));
  try {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    await probe(parent);
    return await realpath(join(parent, basename(dir))).catch(async () => join(await realpath(parent), basename(dir)));
  } catch (error) {
    throw cannotWrite(parent, error);
  }
};

export const cannotWrite = (dir: string, error: unknown): Error =>
  new Error(`cannot write to ${dir}: ${REASONS[codeOf(error)] ?? toLine(error)}`, { cause: error });

/** The `code` of a system error (`ENOENT`), or "". */
export const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

/** A small file is written and removed: mkdir alone succeeds on many a full disk. */
const probe = async (dir: string): Promise<void> => {
  const scratch = await mkdtemp(join(dir, ".probe-"));
  try {
    await writeFile(join(scratch, "probe"), Buffer.alloc(PROBE_BYTES));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
};
