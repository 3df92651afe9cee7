import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/** A disk of its own, small enough to be filled: a file system in memory. `obstacle`: why there is none; empty when there is. */
export type SmallDisk = Readonly<{
  obstacle: string;
  path: string;
  free: () => number;
  /** Lets a file of somebody else take all but so many bytes. */
  fillUpTo: (left: number) => void;
  makeRoom: () => void;
  unmount: () => void;
}>;

/** Mounts it at a directory, which is made. Says so when the machine does not allow that. */
export const mountSmallDisk = (path: string, bytes: number): SmallDisk => {
  mkdirSync(path, { recursive: true });
  const obstacle = mount(path, bytes);
  if (obstacle !== "") process.stderr.write(`    skipped, the full disk: ${obstacle}\n`);
  const filler = join(path, "something-else");
  const free = (): number => {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  };
  return {
    obstacle,
    path,
    free,
    fillUpTo: (left) => {
      const file = openSync(filler, "a");
      const chunk = Buffer.alloc(2 ** 20, 1);
      try {
        for (;;) {
          const some = Math.min(chunk.length, free() - left);
          if (some <= 0) return;
          writeSync(file, chunk, 0, some);
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      } finally {
        closeSync(file);
      }
    },
    makeRoom: () => rmSync(filler, { force: true }),
    unmount: () => void spawnSync("umount", ["--lazy", path]),
  };
};

const mount = (path: string, bytes: number): string => {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "only root on Linux may mount";
  const tried = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", path], { encoding: "utf8" });
  return tried.status === 0 ? "" : `${tried.stderr}${String(tried.error ?? "")}`.trim();
};
