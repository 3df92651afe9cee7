import { toLine } from "../errors.ts";
import { backoffMs, createTurns } from "../turns.ts";
import type { Server } from "./server.ts";

export type Supervised = Readonly<{
  /** Starts one life of the server; throws when it does not start. */
  start: (signal: AbortSignal) => Promise<Server>;
  /** Called once the server has ended for good. */
  release: () => Promise<void>;
  onLog: (line: string) => void;
}>;

export type Supervision = Readonly<{ stop: () => Promise<void>; keeperPids: () => readonly number[] }>;

/** A server that lived this long was sound: its death is not counted with earlier ones. */
const SOUND_MS = 10_000;

/** Keeps one server running: one that dies is started again, at once, then with a growing delay. Throws when the first start fails. */
export const supervise = async ({ start, release, onLog }: Supervised): Promise<Supervision> => {
  const turns = createTurns();
  const stopping = new AbortController();
  let server: Server | undefined;
  let failures = 0;
  let retry: NodeJS.Timeout | undefined;

  const begin = async (): Promise<void> => {
    const begun = await start(stopping.signal);
    const since = performance.now();
    server = begun;
    void begun.exited.then(() => {
      if (server !== begun) return; // we ended it
      failures = performance.now() - since > SOUND_MS ? 0 : failures + 1;
      onLog(["Postgres died and is started again", ...begun.lastLines().slice(-1)].join(": "));
      reviveIn(backoffMs(failures - 1), begun);
    });
  };
  const revive = async (dead: Server | undefined): Promise<void> => {
    if (stopping.signal.aborted) return;
    try {
      server = undefined;
      await dead?.end(); // its keeper may be gone while the server goes on
      await begin();
    } catch (error) {
      failures += 1;
      if (stopping.signal.aborted) return;
      onLog(toLine(error));
      reviveIn(backoffMs(failures), undefined);
    }
  };
  const reviveIn = (delayMs: number, dead: Server | undefined): void => {
    if (stopping.signal.aborted) return;
    retry = setTimeout(() => void turns.take(() => revive(dead)), delayMs);
  };

  let stop: Promise<void> | undefined;
  await begin();
  return {
    stop: () => {
      stop ??= (async () => {
        stopping.abort();
        clearTimeout(retry);
        await turns.take(async () => {
          const ending = server;
          server = undefined;
          await ending?.end();
        });
        await release();
      })();
      return stop;
    },
    keeperPids: () => (server ? [server.keeperPid] : []),
  };
};
