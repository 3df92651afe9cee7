import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { createDatabase, dropDatabase } from "./create-database.ts";

/** For changing what is stored behind everybody's back. */
export { runOn } from "./create-database.ts";

/** Where the tests' server is, as the global setup of the integration tests provides it. */
export type TestPostgres = Readonly<{
  /** A connection string in which `placeholder` stands for the database. */
  url: string;
  placeholder: string;
  /** A database to connect to for making others. */
  admin: string;
  /** A migrated database that nobody connects to. */
  template: string;
}>;

declare module "vitest" {
  interface ProvidedContext {
    postgres: TestPostgres;
  }
}

const urlOf = (server: TestPostgres, database: string): string => server.url.replace(server.placeholder, database);

export type FreshDatabase = Readonly<{ url: string; drop: () => Promise<void> }>;

/** A migrated, empty database of its own. For tests under the integration project only. */
export const freshDatabase = async (): Promise<FreshDatabase> => createFrom(inject("postgres").template);

/** A database without anything in it. */
export const emptyDatabase = async (): Promise<FreshDatabase> => createFrom(null);

const createFrom = async (template: string | null): Promise<FreshDatabase> => {
  const server = inject("postgres");
  const admin = urlOf(server, server.admin);
  const name = `test_${randomBytes(8).toString("hex")}`;
  await createDatabase(admin, { name, ...(template === null ? {} : { template }) });
  return { url: urlOf(server, name), drop: () => dropDatabase(admin, name) };
};
