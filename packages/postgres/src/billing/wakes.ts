import type { Wakes } from "@meter/core";
import { CompiledQuery, sql } from "kysely";
import { PgBoss } from "pg-boss";
import type { Tx } from "../database.ts";

/** Jobs say only that something may be due; they are looked for this often, and made once a minute in any case. */
const pollingIntervalSeconds = 5;
const queue = "billing";
const everyMinute = "* * * * *";
const stopTimeoutMs = 2_000;
/** They all say the same: one call for all of a poll. */
const batchSize = 500;

export type PostgresWakes = Wakes &
  Readonly<{
    /**
     * Wakes whoever listens at `at`, at once when that has come, if the transaction is committed. Does nothing before somebody of
     * this process listens.
     */
    wakeAt: (tx: Tx, at: Date) => Promise<void>;
  }>;

/** Wakes as jobs of pg-boss, in a schema of its own in the same database. */
export const createWakes = ({
  url,
  onError,
}: Readonly<{ url: string; onError: (error: Error) => void }>): PostgresWakes => {
  let boss: PgBoss | null = null;
  const start = async (): Promise<PgBoss> => {
    const started = new PgBoss({ connectionString: url, max: 2, application_name: "meter-wakes" });
    started.on("error", onError);
    await started.start();
    await started.createQueue(queue);
    await started.schedule(queue, everyMinute);
    return started;
  };
  return {
    listen: async (wake) => {
      boss = await start();
      await boss.work(queue, { batchSize, pollingIntervalSeconds }, wake);
    },
    stop: async () => {
      const stopping = boss;
      boss = null;
      await stopping?.stop({ graceful: true, timeout: stopTimeoutMs });
    },
    wakeAt: async (tx, at) => {
      if (boss === null) return;
      const executeSql = async (text: string, values: unknown[] = []): Promise<{ rows: unknown[] }> => {
        const { rows } = await tx.executeQuery(CompiledQuery.raw(text, values));
        return { rows };
      };
      // A wake may be lost, and must not take with it what it is sent with.
      await sql`savepoint wake`.execute(tx);
      try {
        await boss.send(queue, {}, { ...(at.getTime() > Date.now() ? { startAfter: at } : {}), db: { executeSql } });
      } catch (error) {
        await sql`rollback to savepoint wake`.execute(tx);
        onError(error instanceof Error ? error : new Error(String(error)));
      }
    },
  };
};
