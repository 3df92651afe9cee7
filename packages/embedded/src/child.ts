import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

const LINES_MAX = 20;
const LINE_CHARS_MAX = 2_000;

/** A child process whose end and last words can be asked for at any time. It does not keep our event loop alive. */
export type Watched = Readonly<{
  child: ChildProcess;
  /** Resolves once, when the process has ended (its exit status has been read) or could not be started. */
  exited: Promise<void>;
  hasExited: () => boolean;
  /** The last lines it wrote, oldest first; at most `LINES_MAX`. */
  lastLines: () => readonly string[];
  /** Resolves when its output has ended as well, so that `lastLines` is complete. */
  closed: Promise<void>;
}>;

/** Watches a child just spawned: its output goes line by line to `onLog`. */
export const watch = (child: ChildProcess, onLog: (line: string) => void): Watched => {
  const lines: string[] = [];
  const take = (line: string): void => {
    if (line.trim() === "") return;
    lines.push(line.slice(0, LINE_CHARS_MAX));
    if (lines.length > LINES_MAX) lines.shift();
    onLog(line);
  };
  for (const stream of [child.stdout, child.stderr]) if (stream) readLines(stream, take);
  child.stdin?.on("error", () => {}); // it ends when the child does, which `exited` reports

  let ended = false;
  const exited = new Promise<void>((resolve) => {
    const end = (): void => {
      ended = true;
      resolve();
    };
    child.once("exit", end);
    child.once("error", (error) => {
      if (child.pid !== undefined) return; // a failed signal, not a failed start
      take(error.message);
      end();
    });
  });
  const closed = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  return { child, exited, hasExited: () => ended, lastLines: () => lines, closed };
};

/** Lets our process end while the child lives (it then ends by itself), until `attach`. */
export const detach = ({ child }: Watched): void => {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) if (isUnrefable(stream)) stream.unref();
};

/** Keeps our process alive until the child has ended. */
export const attach = ({ child }: Watched): void => child.ref();

/** Resolves to whether the child had ended within `timeoutMs`. */
export const exitedWithin = async (watched: Watched, timeoutMs: number): Promise<boolean> => {
  if (watched.hasExited()) return true;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([watched.exited, timeout]);
  clearTimeout(timer);
  return watched.hasExited();
};

const readLines = (stream: Readable, take: (line: string) => void): void => {
  createInterface({ input: stream, crlfDelay: Infinity }).on("line", take);
};

/** The pipes of a child are sockets, which Node does not say in its types. */
const isUnrefable = (stream: object | null): stream is { unref: () => void } =>
  stream !== null && "unref" in stream && typeof stream.unref === "function";
