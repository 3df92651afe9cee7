import { afterAll, beforeAll } from "vitest";
import { startTestClickHouse, type TestClickHouse } from "../clickhouse.ts";
import { describeUsageTables } from "./usage-tables.ts";

let clickhouse: TestClickHouse;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
});
afterAll(async () => await clickhouse.stop());

describeUsageTables("ClickHouse", () => clickhouse.usage.tables);
