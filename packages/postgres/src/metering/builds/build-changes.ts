import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import pg from "pg";
import type { Tx } from "../../database.ts";
import { connectionConfig } from "../../pool.ts";

const channel = "meter_builds";
const reconnectDelayMsMin = 100;
const reconnectDelayMsMax = 5_000;

/** Who wants to know that builds changed: this process at once, others by the database. */
export type BuildChanges = Readonly<{
  /** Within the transaction that changes builds: other processes hear of it when it commits, and only then. */
  notify: (tx: Tx) => Promise<void>;
  /** After the commit: calls the listeners of this process, without a way through the database. */
  announce: () => void;
  /** Listens from the first listener to the last, on a connection of its own. Answers how to stop. */
  onChange: (listener: () => void) => () => void;
  close: () => Promise<void>;
}>;

export const createBuildChanges = ({
  url,
  onError,
}: Readonly<{ url: string; onError: (error: Error) => void }>): BuildChanges => {
  const listeners = new Set<() => void>();
  let listening: Readonly<{ abort: AbortController; ended: Promise<void> }> | null = null;

  const announce = (): void => {
    for (const listener of [...listeners]) {
      try {
        listener();
      } catch (error) {
        onError(toError(error));
      }
    }
  };

  const stop = async (): Promise<void> => {
    const stopped = listening;
    listening = null;
    stopped?.abort.abort();
    await stopped?.ended;
  };

  return {
    notify: async (tx) => {
      await sql`select pg_notify(${channel}, '')`.execute(tx);
    },
    announce,
    onChange: (listener) => {
      const own = (): void => listener(); // the same function given twice is two listeners
      listeners.add(own);
      if (listening === null) {
        const abort = new AbortController();
        listening = { abort, ended: listen({ url, onError, announce, signal: abort.signal }) };
      }
      return () => {
        listeners.delete(own);
        if (listeners.size === 0) void stop();
      };
    },
    close: async () => {
      listeners.clear();
      await stop();
    },
  };
};

type Listen = Readonly<{ url: string; onError: (error: Error) => void; announce: () => void; signal: AbortSignal }>;

/**
 * Hears notifications until the signal aborts; never rejects. A lost connection is made again, after 100 ms at first,
 * 5 s at most. What was notified meanwhile is lost: so every new connection announces a change, too.
 */
const listen = async ({ url, onError, announce, signal }: Listen): Promise<void> => {
  let delayMs = reconnectDelayMsMin;
  while (!signal.aborted) {
    const client = new pg.Client(connectionConfig(url));
    const end = (): void => void client.end().catch(() => undefined);
    const lost = new Promise<void>((resolve) => client.once("end", resolve));
    client.on("error", (error) => {
      if (!signal.aborted) onError(error);
    });
    client.on("notification", announce);
    signal.addEventListener("abort", end);
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
      delayMs = reconnectDelayMsMin;
      announce();
      await lost;
    } catch (error) {
      if (!signal.aborted) onError(toError(error));
      end();
    }
    signal.removeEventListener("abort", end);
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    delayMs = Math.min(delayMs * 2, reconnectDelayMsMax);
  }
};

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
