import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startClickHouse } from "@meter/embedded";
import { type Connection, createConnection } from "./connection.ts";
import { type ClickHouseUsage, openClickHouse } from "./index.ts";

/** An engine of one test file's own, in a directory that goes with it, with the tables in place. */
export type TestClickHouse = Readonly<{
  engine: Awaited<ReturnType<typeof startClickHouse>>;
  usage: ClickHouseUsage;
  /** For statements of the test's own. */
  connection: Connection;
  dataDir: string;
  /** Ends the engine and removes its directory. */
  stop: () => Promise<void>;
}>;

export const startTestClickHouse = async (): Promise<TestClickHouse> => {
  const scratch = await mkdtemp(join(tmpdir(), "meter-clickhouse-"));
  const dataDir = join(scratch, "clickhouse");
  const engine = await startClickHouse({ dataDir, queryLog: true }).catch(async (error: unknown) => {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  });
  const connect = async (): ReturnType<typeof engine.endpoint> => await engine.endpoint();
  const usage = openClickHouse({ connect });
  const connection = createConnection(connect);
  const stop = async (): Promise<void> => {
    await Promise.all([usage.close(), connection.close()]);
    await engine.stop();
    await rm(scratch, { recursive: true, force: true });
  };
  try {
    await usage.migrate();
  } catch (error) {
    await stop();
    throw error;
  }
  return { engine, usage, connection, dataDir, stop };
};
