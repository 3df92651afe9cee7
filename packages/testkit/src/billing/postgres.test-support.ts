import { openPostgres } from "@meter/postgres";
import { freshDatabase } from "@meter/postgres/testing";
import { afterEach } from "vitest";
import type { BillingStores } from "./world.ts";

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** A database of its own for each, until the test is over. */
export const openPostgresBilling = async (): Promise<BillingStores> => {
  const database = await freshDatabase();
  const postgres = openPostgres({ url: database.url });
  cleanUps.push(database.drop, postgres.close);
  return postgres;
};
