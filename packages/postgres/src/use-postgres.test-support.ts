import { afterAll, beforeAll } from "vitest";
import { openPostgres, type Postgres } from "./open-postgres.ts";
import { type FreshDatabase, freshDatabase } from "./testing.ts";

/** A database for the tests of one file; the answer is there once the tests run. */
export const usePostgres = (): (() => Readonly<{ store: Postgres; url: string }>) => {
  let opened: Readonly<{ store: Postgres; database: FreshDatabase }> | null = null;
  beforeAll(async () => {
    const database = await freshDatabase();
    opened = { store: openPostgres({ url: database.url }), database };
  });
  afterAll(async () => {
    await opened?.store.close();
    await opened?.database.drop();
  });
  return () => {
    if (opened === null) throw new Error("the database is opened before the first test");
    return { store: opened.store, url: opened.database.url };
  };
};
