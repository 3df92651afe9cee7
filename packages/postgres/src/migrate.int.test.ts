import { afterEach, describe, expect, test } from "vitest";
import { dumpSchema } from "./dump-schema.ts";
import { at } from "./fixtures.test-support.ts";
import { applyMigrations, migrate } from "./migrate.ts";
import { readMigrations, toMigration } from "./migrations.ts";
import { openPostgres } from "./open-postgres.ts";
import { emptyDatabase, type FreshDatabase } from "./testing.ts";

const databases: FreshDatabase[] = [];
const empty = async (): Promise<string> => {
  const database = await emptyDatabase();
  databases.push(database);
  return database.url;
};
afterEach(async () => {
  for (const database of databases.splice(0)) await database.drop();
});

describe("migrate", () => {
  test("from empty, and twice: the second time there is nothing to do, and nothing is lost", async () => {
    const url = await empty();
    const names = (await readMigrations()).map(({ name }) => name);
    expect(await migrate(url)).toEqual(names);
    const store = openPostgres({ url });
    await store.namespaces.create({ key: "kept", name: "Kept", createdAt: at(0) });
    expect(await migrate(url)).toEqual([]);
    expect(await store.namespaces.list()).toHaveLength(1);
    await store.close();
  });

  test("five at once: each step is taken once", async () => {
    const url = await empty();
    const taken = await Promise.all(Array.from({ length: 5 }, () => migrate(url)));
    expect(taken.flat()).toEqual((await readMigrations()).map(({ name }) => name));
  });

  test("the schema is what schema.sql shows", async () => {
    const url = await empty();
    await migrate(url);
    await expect(await dumpSchema(url)).toMatchFileSnapshot("../schema.sql");
  });

  test("later steps are added to earlier ones", async () => {
    const url = await empty();
    const first = toMigration("0001-a.sql", "create table a (id integer)");
    const second = toMigration("0002-b.sql", "create table b (id integer); create table c (id integer)");
    expect(await applyMigrations(url, [first])).toEqual(["0001-a.sql"]);
    expect(await applyMigrations(url, [first, second])).toEqual(["0002-b.sql"]);
  });

  test("a step that was changed after it was taken is refused by name", async () => {
    const url = await empty();
    await applyMigrations(url, [toMigration("0001-a.sql", "create table a (id integer)")]);
    await expect(applyMigrations(url, [toMigration("0001-a.sql", "create table a (id bigint)")])).rejects.toThrow(
      "migration 0001-a.sql has changed since it was applied",
    );
  });

  test("a step that this version does not know is refused by name", async () => {
    const url = await empty();
    const first = toMigration("0001-a.sql", "create table a (id integer)");
    await applyMigrations(url, [first, toMigration("0002-newer.sql", "create table b (id integer)")]);
    await expect(applyMigrations(url, [first])).rejects.toThrow(
      "the database has migration 0002-newer.sql, which this version does not know",
    );
  });

  test("a step that fails leaves nothing of itself, and keeps those before it", async () => {
    const url = await empty();
    const first = toMigration("0001-a.sql", "create table a (id integer)");
    const broken = toMigration("0002-b.sql", "create table b (id integer); create table b (id integer)");
    await expect(applyMigrations(url, [first, broken])).rejects.toThrow(
      'migration 0002-b.sql failed: relation "b" already exists',
    );
    const mended = toMigration("0002-b.sql", "create table b (id integer)");
    expect(await applyMigrations(url, [first, mended])).toEqual(["0002-b.sql"]);
  });
});

describe("dumpSchema", () => {
  test("shows columns, defaults, constraints and indexes", async () => {
    const url = await empty();
    await applyMigrations(url, [
      toMigration(
        "0001-a.sql",
        `create table "Parent" (id text primary key);
         create table child (
           id text collate "C" not null default 'x', n numeric(10, 2), parent text references "Parent" (id), constraint n_check check (n > 0)
         );
         create unique index child_live on child (id) where n is null;`,
      ),
    ]);
    expect(await dumpSchema(url)).toContain(`create table child (
  id text collate "C" not null default 'x'::text,
  n numeric(10,2),
  parent text,
  constraint child_parent_fkey FOREIGN KEY (parent) REFERENCES "Parent"(id),
  constraint n_check CHECK (n > 0::numeric)
);
CREATE UNIQUE INDEX child_live ON child USING btree (id) WHERE n IS NULL;
`);
  });

  test("throws rather than leave something out", async () => {
    const url = await empty();
    await applyMigrations(url, [
      toMigration("0001-a.sql", "create table a (id integer); create view hidden as select id from a"),
    ]);
    await expect(dumpSchema(url)).rejects.toThrow("the dump does not show hidden");
  });
});
