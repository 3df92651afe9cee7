import { builtInPriceModels, type PriceModels } from "@meter/catalog";
import type {
  ApiKeyStore,
  BillingStore,
  BuildStore,
  ClockStore,
  CustomerStore,
  FeatureStore,
  LogRegistry,
  MeterStore,
  NamespaceStore,
  ParkedEvents,
  PlanStore,
  SubjectStore,
  Wakes,
} from "@meter/core";
import { Kysely, PostgresDialect, sql } from "kysely";
import { createApiKeyStore } from "./access/api-keys.ts";
import { createBillingStore } from "./billing/billing-store.ts";
import { createBuildChanges } from "./metering/builds/build-changes.ts";
import { createBuildStore } from "./metering/builds/build-store.ts";
import { type ClockMode, createKeepClockMode } from "./clock/clock-mode.ts";
import { createClockStore } from "./clock/clock.ts";
import { createCustomerStore } from "./customers/customer-store.ts";
import type { DB } from "./database.ts";
import { createFeatureStore } from "./catalog/features/feature-store.ts";
import { createLogRegistry } from "./metering/logs.ts";
import { createMeterStore } from "./metering/meters/meter-store.ts";
import { createNamespaceStore } from "./access/namespaces.ts";
import { createParkedEvents } from "./metering/parked-events.ts";
import { createPlanStore } from "./catalog/plans/plan-store.ts";
import { createPool } from "./pool.ts";
import { createSubjectStore } from "./customers/subjects.ts";
import { createWakes } from "./billing/wakes.ts";

const poolSizeDefault = 10;
/** Customers that are held, or waited for, at a time. */
const claimingPoolSize = 4;
const holdingPoolSize = 5;

/** The control plane's stores on one database. Methods reject when the database does not answer; nothing is tried again. */
export type Postgres = Readonly<{
  namespaces: NamespaceStore;
  apiKeys: ApiKeyStore;
  meters: MeterStore;
  customers: CustomerStore;
  subjects: SubjectStore;
  features: FeatureStore;
  plans: PlanStore;
  billing: BillingStore;
  wakes: Wakes;
  logs: LogRegistry;
  builds: BuildStore;
  parked: ParkedEvents;
  clockStore: ClockStore;
  /** Answers the clock of the first start in this database; a first one decides it. */
  keepClockMode: (mode: ClockMode) => Promise<ClockMode>;
  /** Resolves when the database answers a query. */
  ping: () => Promise<void>;
  /** Ends all connections, after the queries that run. Closing twice is one closing. */
  close: () => Promise<void>;
}>;

export type PostgresOptions = Readonly<{
  url: string;
  /**
   * Connections at most, besides the one that listens for changed builds, up to five that hold customers for billing, and
   * two that listen for wakes. 10 unless given.
   */
  poolSize?: number;
  /** What reads stored prices. The built-in models unless given. */
  priceModels?: PriceModels;
  /** Hears of connections lost while idle and of failed attempts to listen. Nobody, unless given: the next query tells. */
  onError?: (error: Error) => void;
}>;

/** Connects when the first query needs it. The database must have been migrated. */
export const openPostgres = ({
  url,
  poolSize = poolSizeDefault,
  priceModels = builtInPriceModels,
  onError = () => undefined,
}: PostgresOptions): Postgres => {
  const connect = (size: number) =>
    new Kysely<DB>({ dialect: new PostgresDialect({ pool: createPool({ url, poolSize: size, onError }) }) });
  const db = connect(poolSize);
  const claiming = connect(claimingPoolSize);
  const holding = connect(holdingPoolSize);
  const wakes = createWakes({ url, onError });
  const changes = createBuildChanges({ url, onError });
  let closed: Promise<void> | null = null;
  return {
    namespaces: createNamespaceStore(db),
    apiKeys: createApiKeyStore(db),
    meters: createMeterStore(db, changes),
    customers: createCustomerStore(db),
    subjects: createSubjectStore(db),
    features: createFeatureStore(db),
    plans: createPlanStore(db, priceModels),
    billing: createBillingStore({ db, claiming, holding, models: priceModels, wakeAt: wakes.wakeAt }),
    wakes,
    logs: createLogRegistry(db),
    builds: createBuildStore(db, changes),
    parked: createParkedEvents(db),
    clockStore: createClockStore(db),
    keepClockMode: createKeepClockMode(db),
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    close: () => {
      closed ??= Promise.all([wakes.stop(), changes.close(), claiming.destroy(), holding.destroy(), db.destroy()]).then(
        () => undefined,
      );
      return closed;
    },
  };
};
