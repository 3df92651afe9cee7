import { type ChildProcess, execFile, spawn, type StdioOptions } from "node:child_process";
import { chown } from "node:fs/promises";
import { promisify } from "node:util";

const NOBODY = 65534;

/** How Postgres is run: it refuses to run as root. */
export type Runner = Readonly<{
  run: (argv: readonly string[], options: Readonly<{ cwd: string; stdio: StdioOptions }>) => ChildProcess;
  /** Makes a directory the server's own, where it runs as another user. */
  own: (dir: string) => Promise<void>;
}>;

/**
 * As root: in a user namespace in which root looks like `nobody`, which keeps access to root's own files, also below
 * directories closed to others; where that is forbidden, as uid 65534. Else as ourselves.
 */
export const createRunner = async (): Promise<Runner> => {
  if (process.getuid?.() !== 0) return { run: run([]), own: async () => {} };
  if (await succeeds(USER_NAMESPACE)) return { run: run(USER_NAMESPACE), own: async () => {} };
  return { run: run([], NOBODY), own: (dir) => chown(dir, NOBODY, NOBODY) };
};

const USER_NAMESPACE = ["unshare", "--user", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];

/** In a session of its own: Ctrl-C does not reach it. Our environment may hold secrets and is not handed on. */
const run =
  (prefix: readonly string[], uid?: number): Runner["run"] =>
  (argv, { cwd, stdio }) => {
    const [command = "", ...args] = [...prefix, ...argv];
    return spawn(command, args, {
      cwd,
      stdio,
      detached: true,
      env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
  };

const succeeds = async ([command = "", ...args]: readonly string[]): Promise<boolean> => {
  try {
    await promisify(execFile)(command, [...args, "true"]);
    return true;
  } catch {
    return false;
  }
};
