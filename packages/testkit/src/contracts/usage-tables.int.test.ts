import { afterAll, beforeAll } from "vitest";
import { startTestClickHouse, type TestClickHouse } from "@meter/clickhouse/testing";
import { describeUsageTables } from "./usage-tables.ts";

let clickhouse: TestClickHouse;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
});
afterAll(async () => await clickhouse.stop());

describeUsageTables("ClickHouse", () => clickhouse.usage.tables);
