import type { UsageReader, UsageTables } from "@meter/core";
import { type Connect, createConnection } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { createReader } from "./reader.ts";
import { createTables } from "./tables.ts";

export type { ClickHouseEndpoint, Connect } from "./connection.ts";
export { repairTables, type WhileStopped } from "./repair.ts";
export { readSecondsMax } from "./settings.ts";
export { type PartWatch, watchParts } from "./torn-parts.ts";

export type ClickHouseUsage = Readonly<{
  tables: UsageTables;
  reader: UsageReader;
  /** Creates the tables, or brings them to this version. Before anything else, and safe to repeat. */
  migrate: () => Promise<void>;
  /** Resolves when the engine answers a query; rejects with UsageUnavailable. */
  ping: () => Promise<void>;
  close: () => Promise<void>;
}>;

/** The usage store in a ClickHouse. `connect` resolves to the running engine, and is asked before every request. */
export const openClickHouse = ({ connect }: Readonly<{ connect: Connect }>): ClickHouseUsage => {
  const connection = createConnection(connect);
  return {
    tables: createTables(connection),
    reader: createReader(connection),
    migrate: async () => await migrate(connection),
    ping: async () => {
      await connection.read({ name: "ping", sql: "SELECT 1", parameters: {} });
    },
    close: connection.close,
  };
};
