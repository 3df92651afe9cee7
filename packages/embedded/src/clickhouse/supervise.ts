import { EngineUnavailable, toLine } from "../errors.ts";
import { backoffMs, createTurns } from "../turns.ts";
import type { EmbeddedClickHouse } from "./clickhouse.ts";
import type { Engine } from "./engine.ts";
import { createWaiters } from "./waiters.ts";

export type Supervised = Readonly<{
  dataDir: string;
  /** Starts one life of the engine; throws when it does not start. */
  start: (life: number, signal: AbortSignal) => Promise<Engine>;
  /** Called once the engine has ended for good. */
  release: () => Promise<void>;
  onLog: (line: string) => void;
}>;

const WAIT_MS = 10_000;
const GRACE_MS = 3_000;
/** An engine that lived this long was sound: its death is not counted with earlier ones. */
const SOUND_MS = 10_000;

/**
 * Keeps one engine running. Everything that ends or starts it takes its turn, so there is never more than one; between
 * two tries to restart the turn is free, so that `settle`, `whileStopped` and `stop` never wait for an engine that
 * cannot start. Throws when the first start fails.
 */
export const supervise = async ({ dataDir, start, release, onLog }: Supervised): Promise<EmbeddedClickHouse> => {
  const turns = createTurns();
  const waiters = createWaiters();
  const stopping = new AbortController();
  let engine: Engine | undefined;
  let lives = 0;
  let failures = 0;
  let retry: NodeJS.Timeout | undefined;

  /** Nobody is given an engine that is about to be ended. */
  const isOpen = (): boolean => engine !== undefined && turns.pending() === 0 && !stopping.signal.aborted;
  const announce = (): void => {
    if (engine && isOpen()) waiters.resolve(engine.endpoint);
  };
  const take = <T>(work: () => Promise<T>): Promise<T> => {
    if (stopping.signal.aborted) return Promise.reject(stopped(dataDir));
    return turns.take(work).finally(announce);
  };

  const begin = async (): Promise<void> => {
    lives += 1;
    const begun = await start(lives, stopping.signal);
    const since = performance.now();
    engine = begun;
    void begun.exited.then(() => {
      if (engine !== begun) return; // we ended it
      engine = undefined;
      failures = performance.now() - since > SOUND_MS ? 0 : failures + 1;
      onLog(["ClickHouse died and is started again", ...begun.lastLines().slice(-1)].join(": "));
      reviveIn(backoffMs(failures - 1));
    });
  };
  const endIt = async (end: (engine: Engine) => Promise<void>): Promise<void> => {
    clearTimeout(retry);
    const ending = engine;
    engine = undefined;
    if (!ending) return;
    try {
      await end(ending);
    } catch (error) {
      reviveIn(backoffMs(Number.MAX_SAFE_INTEGER)); // the start waits for the one that would not end
      throw error;
    }
  };
  const beginOrRetry = async (): Promise<void> => {
    if (stopping.signal.aborted || engine) return;
    try {
      await begin();
    } catch (error) {
      failures += 1;
      if (stopping.signal.aborted) return;
      onLog(toLine(error));
      reviveIn(backoffMs(failures));
    }
  };
  const reviveIn = (delayMs: number): void => {
    if (stopping.signal.aborted) return;
    clearTimeout(retry);
    retry = setTimeout(() => {
      take(beginOrRetry).catch(() => {}); // only refused when stopped
    }, delayMs);
  };

  let nextSettle: Promise<void> | undefined;
  let stop: Promise<void> | undefined;

  await begin();
  return {
    endpoint: (waitMs = WAIT_MS) => {
      if (stopping.signal.aborted) return Promise.reject(stopped(dataDir));
      if (engine && isOpen()) return Promise.resolve(engine.endpoint);
      return waiters.wait(waitMs, `ClickHouse in ${dataDir} is not back after ${waitMs} ms`);
    },
    settle: () => {
      nextSettle ??= take(async () => {
        nextSettle = undefined; // a call from now on needs the settle after this one
        await endIt((ending) => ending.kill());
        await beginOrRetry();
      });
      return nextSettle;
    },
    whileStopped: (work) =>
      take(async () => {
        await endIt((ending) => ending.kill());
        try {
          return await work(dataDir);
        } finally {
          await beginOrRetry();
        }
      }),
    stop: () => {
      stop ??= (async () => {
        stopping.abort();
        clearTimeout(retry);
        waiters.reject(stopped(dataDir));
        await turns.take(() => endIt((ending) => ending.end(GRACE_MS)));
        await release();
      })();
      return stop;
    },
    pid: () => engine?.pid,
  };
};

const stopped = (dataDir: string): EngineUnavailable => new EngineUnavailable(`ClickHouse in ${dataDir} was stopped`);
