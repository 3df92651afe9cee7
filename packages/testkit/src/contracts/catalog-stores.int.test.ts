import { openPostgres, type Postgres } from "@meter/postgres";
import { type FreshDatabase, freshDatabase } from "@meter/postgres/testing";
import { afterAll, beforeAll } from "vitest";
import { describeCatalogStores } from "./catalog-stores.ts";

let [postgres, database] = [] as unknown as [Postgres, FreshDatabase];
beforeAll(async () => {
  database = await freshDatabase();
  postgres = openPostgres({ url: database.url });
});
afterAll(async () => {
  await postgres.close();
  await database.drop();
});

describeCatalogStores("Postgres", () => postgres);
