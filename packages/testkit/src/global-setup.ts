import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "@meter/embedded";
import { createDatabase, migrate } from "@meter/postgres";
import type { TestPostgres } from "@meter/postgres/testing";
import type { TestProject } from "vitest/node";

const admin = "postgres";
const template = "meter_template";
const placeholder = "meter_test_database";

/** One Postgres for all integration tests, with a migrated template of which each test file makes its own database. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const scratch = await mkdtemp(join(tmpdir(), "meter-test-"));
  const server = await startPostgres({ dataDir: join(scratch, "postgres"), unsafe: true });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(scratch, { recursive: true, force: true });
  };
  try {
    await createDatabase(server.url(admin), { name: template });
    await migrate(server.url(template));
  } catch (error) {
    await stop();
    throw error;
  }
  const postgres: TestPostgres = { url: server.url(placeholder), placeholder, admin, template };
  project.provide("postgres", postgres);
  return stop;
}
