export { startTestClickHouse, type TestClickHouse } from "@meter/clickhouse/testing";
