export {
  startClickHouse,
  type ClickHouseEndpoint,
  type ClickHouseOptions,
  type EmbeddedClickHouse,
} from "./clickhouse/clickhouse.ts";
export { EngineUnavailable } from "./errors.ts";
export { startPostgres, type EmbeddedPostgres, type PostgresOptions } from "./postgres/postgres.ts";
export { readBootId } from "./boot-id.ts";
export {
  type DataDirectory,
  DataDirectoryError,
  explain,
  inspectDataDirectory,
  type Installation,
  recordInstallation,
  takeDataDirectory,
  writeWhole,
} from "./data-directory.ts";
export { syncFileSystem } from "./disk.ts";
