// A program that starts both engines, says which processes they are, and then only waits: it is killed by a test.
import { join } from "node:path";
import { startClickHouse, startPostgres } from "./index.ts";

const dir = process.argv[2];
if (dir === undefined) throw new Error("usage: start-both.fixture.ts DIRECTORY");
const [clickHouse, postgres] = await Promise.all([
  startClickHouse({ dataDir: join(dir, "clickhouse") }),
  startPostgres({ dataDir: join(dir, "postgres"), unsafe: true }),
]);
console.log(
  JSON.stringify({ endpoint: await clickHouse.endpoint(), clickHouse: clickHouse.pid(), postgres: postgres.pids() }),
);
setInterval(() => {}, 60_000);
