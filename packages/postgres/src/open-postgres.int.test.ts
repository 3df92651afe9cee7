import { Kysely, PostgresDialect, sql } from "kysely";
import { describe, expect, test, vi } from "vitest";
import type { DB } from "./database.ts";
import { at } from "./fixtures.test-support.ts";
import { openPostgres } from "./open-postgres.ts";
import { createPool } from "./pool.ts";
import { transact } from "./transaction.ts";
import { usePostgres } from "./use-postgres.test-support.ts";

const postgres = usePostgres();

const openDb = (onError: (error: Error) => void = () => undefined) =>
  new Kysely<DB>({ dialect: new PostgresDialect({ pool: createPool({ url: postgres().url, poolSize: 2, onError }) }) });

const backend = sql<{ pid: number }>`select pg_backend_pid() as pid`;

describe("openPostgres", () => {
  test("answers a ping, and closes twice", async () => {
    const store = openPostgres({ url: postgres().url });
    await store.ping();
    await store.close();
    await store.close();
    await expect(store.ping()).rejects.toThrow();
  });

  test("rejects when nobody listens", async () => {
    const store = openPostgres({ url: "postgres://postgres@127.0.0.1:1/nowhere" });
    await expect(store.ping()).rejects.toThrow("ECONNREFUSED");
    await store.close();
  });
});

describe("a lost connection", () => {
  test("while idle: it is reported, and the next query has a new one", async () => {
    const onError = vi.fn();
    const db = openDb(onError);
    const { rows } = await backend.execute(db);
    await endBackend(rows[0]?.pid);
    await vi.waitFor(() => expect(onError).toHaveBeenCalled());
    expect((await backend.execute(db)).rows[0]?.pid).not.toBe(rows[0]?.pid);
    await db.destroy();
  });

  test("in a query: it rejects, and is not tried again", async () => {
    const db = openDb();
    const running =
      sql`insert into event_logs (id, registered_at) select pg_backend_pid()::text, now() from pg_sleep(60)`.execute(
        db,
      );
    const rejected = expect(running).rejects.toThrow("terminating connection");
    await vi.waitFor(async () => {
      const { rows } = await sql<{
        pid: number;
      }>`select pid from pg_stat_activity where datname = current_database() and query like '%from pg_sleep(60)' and state = 'active'`.execute(
        db,
      );
      await endBackend(rows[0]?.pid);
    });
    await rejected;
    expect(await postgres().store.logs.list()).toEqual([]);
    await db.destroy();
  });

  test("between two statements of a transaction: the transaction rejects and the process lives", async () => {
    const db = openDb();
    const work = transact(db, async (tx) => {
      await tx
        .insertInto("event_logs")
        .values({ id: "lost", registered_at: new Date(at(0)) })
        .execute();
      const { rows } = await backend.execute(tx);
      await endBackend(rows[0]?.pid);
      await vi.waitFor(async () => expect(await isRunning(rows[0]?.pid)).toBe(false));
      await tx
        .insertInto("event_logs")
        .values({ id: "lost too", registered_at: new Date(at(0)) })
        .execute();
    });
    await expect(work).rejects.toThrow();
    expect(await postgres().store.logs.list()).toEqual([]);
    await backend.execute(db);
    await db.destroy();
  });

  const onServer = async <T>(work: (db: Kysely<DB>) => Promise<T>): Promise<T> => {
    const db = openDb();
    try {
      return await work(db);
    } finally {
      await db.destroy();
    }
  };
  const endBackend = async (pid: number | undefined): Promise<void> => {
    if (pid === undefined) throw new Error("there is no such connection");
    await onServer((db) => sql`select pg_terminate_backend(${pid}::integer)`.execute(db));
  };
  const isRunning = async (pid: number | undefined): Promise<boolean> =>
    onServer(
      async (db) => (await sql`select from pg_stat_activity where pid = ${pid ?? 0}`.execute(db)).rows.length > 0,
    );
});

describe("values", () => {
  test("a bigint is a number, and none that would be rounded", async () => {
    const db = openDb();
    expect((await sql`select 9007199254740991::bigint as n`.execute(db)).rows).toEqual([
      { n: Number.MAX_SAFE_INTEGER },
    ]);
    await expect(sql`select 9007199254740992::bigint as n`.execute(db)).rejects.toThrow(
      "not a safe integer: 9007199254740992",
    );
    await backend.execute(db); // the connection is still good
    await db.destroy();
  });

  test("statements have a time limit", async () => {
    const db = openDb();
    expect((await sql`show statement_timeout`.execute(db)).rows).toEqual([{ statement_timeout: "30s" }]);
    await db.destroy();
  });
});

describe("transact", () => {
  test("a deadlock is tried again, and both transactions happen once", async () => {
    const db = openDb();
    for (const id of ["a", "b"])
      await db
        .insertInto("event_logs")
        .values({ id, registered_at: new Date(at(0)) })
        .execute();
    let runs = 0;
    let holders = 0;
    const bothHold = Promise.withResolvers<undefined>();
    const touch = (first: string, second: string) =>
      transact(db, async (tx) => {
        runs++;
        await later(tx, first);
        if (++holders === 2) bothHold.resolve(undefined);
        await bothHold.promise;
        await later(tx, second);
      });
    const later = (tx: Kysely<DB>, id: string) =>
      sql`update event_logs set registered_at = registered_at + interval '1 second' where id = ${id}`.execute(tx);
    await Promise.all([touch("a", "b"), touch("b", "a")]);
    expect(runs).toBeGreaterThan(2); // the server undid one of the two
    const rows = await db.selectFrom("event_logs").select("registered_at").execute();
    expect(rows.map((row) => row.registered_at.getTime())).toEqual([at(2_000), at(2_000)]);
    await db.deleteFrom("event_logs").execute();
    await db.destroy();
  });
});
