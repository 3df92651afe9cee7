import type {
  ApiKeyStore,
  BuildStore,
  CustomerStore,
  LogRegistry,
  MeterStore,
  NamespaceStore,
  ParkedEvents,
  SubjectStore,
} from "@meter/core";
import { Kysely, PostgresDialect, sql } from "kysely";
import { createApiKeyStore } from "./api-keys.ts";
import { createBuildChanges } from "./builds/build-changes.ts";
import { createBuildStore } from "./builds/build-store.ts";
import { createCustomerStore } from "./customers/customer-store.ts";
import type { DB } from "./database.ts";
import { createLogRegistry } from "./logs.ts";
import { createMeterStore } from "./meters/meter-store.ts";
import { createNamespaceStore } from "./namespaces.ts";
import { createParkedEvents } from "./parked-events.ts";
import { createPool } from "./pool.ts";
import { createSubjectStore } from "./subjects.ts";

const poolSizeDefault = 10;

/** The control plane's stores on one database. Methods reject when the database does not answer; nothing is tried again. */
export type Postgres = Readonly<{
  namespaces: NamespaceStore;
  apiKeys: ApiKeyStore;
  meters: MeterStore;
  customers: CustomerStore;
  subjects: SubjectStore;
  logs: LogRegistry;
  builds: BuildStore;
  parked: ParkedEvents;
  /** Resolves when the database answers a query. */
  ping: () => Promise<void>;
  /** Ends all connections, after the queries that run. Closing twice is one closing. */
  close: () => Promise<void>;
}>;

export type PostgresOptions = Readonly<{
  url: string;
  /** Connections at most, besides the one that listens for changed builds. 10 unless given. */
  poolSize?: number;
  /** Hears of connections lost while idle and of failed attempts to listen. Nobody, unless given: the next query tells. */
  onError?: (error: Error) => void;
}>;

/** Connects when the first query needs it. The database must have been migrated. */
export const openPostgres = ({
  url,
  poolSize = poolSizeDefault,
  onError = () => undefined,
}: PostgresOptions): Postgres => {
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: createPool({ url, poolSize, onError }) }) });
  const changes = createBuildChanges({ url, onError });
  let closed: Promise<void> | null = null;
  return {
    namespaces: createNamespaceStore(db),
    apiKeys: createApiKeyStore(db),
    meters: createMeterStore(db, changes),
    customers: createCustomerStore(db),
    subjects: createSubjectStore(db),
    logs: createLogRegistry(db),
    builds: createBuildStore(db, changes),
    parked: createParkedEvents(db),
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    close: () => {
      closed ??= Promise.all([changes.close(), db.destroy()]).then(() => undefined);
      return closed;
    },
  };
};
