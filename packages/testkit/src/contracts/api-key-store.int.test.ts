import { openPostgres } from "@meter/postgres";
import { freshDatabase } from "@meter/postgres/testing";
import { onTestFinished } from "vitest";
import { describeApiKeyStore } from "./api-key-store.ts";

describeApiKeyStore("Postgres", async () => {
  const database = await freshDatabase();
  const postgres = openPostgres({ url: database.url });
  onTestFinished(async () => {
    await postgres.close();
    await database.drop();
  });
  return postgres.apiKeys;
});
