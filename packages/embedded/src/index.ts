export {
  startClickHouse,
  type ClickHouseEndpoint,
  type ClickHouseOptions,
  type EmbeddedClickHouse,
} from "./clickhouse/clickhouse.ts";
export { EngineUnavailable } from "./errors.ts";
export { startPostgres, type EmbeddedPostgres, type PostgresOptions } from "./postgres/postgres.ts";
export { readBootId } from "./boot-id.ts";
export { claimDataDirectory, type DataDirectory, DataDirectoryError, explain, writeWhole } from "./data-directory.ts";
export { syncFileSystem } from "./disk.ts";
