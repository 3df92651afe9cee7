import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Brings everything that was written to the file system of a directory before this call onto the disk. True when the
 * system says that it is there; anything else, also a missing command, is false.
 */
export const syncFileSystem = async (directory: string): Promise<boolean> => {
  // Only Linux can sync one file system; elsewhere all are synced.
  const args = process.platform === "linux" ? ["-f", directory] : [];
  const child = spawn("sync", args, { stdio: "ignore", detached: true });
  try {
    const [code] = (await once(child, "exit")) as [number | null];
    return code === 0;
  } catch {
    return false;
  }
};
