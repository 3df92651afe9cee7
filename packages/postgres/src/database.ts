import type { Aggregation } from "@meter/catalog";
import type { InsertObject, Kysely, Transaction } from "kysely";

/** JSON as the driver reads it; written through `toDbJson`. */
type Json = unknown;

export type NamespacesTable = { key: string; name: string; created_at: Date };

export type ApiKeysTable = {
  id: string;
  namespace: string;
  name: string;
  scopes: string[];
  root: boolean;
  secret_hash: Uint8Array;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
};

export type MetersTable = {
  namespace: string;
  id: string;
  key: string;
  name: string;
  description: string | null;
  metadata: Json;
  event_type: string;
  aggregation: Aggregation;
  value_property: string | null;
  group_by: Json;
  event_from: Date | null;
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
};

export type MeterBuildsTable = {
  id: string;
  namespace: string;
  meter_id: string;
  event_type: string;
  aggregation: Aggregation;
  value_property: string | null;
  dimensions: Json;
  status: "pending" | "current" | "ended";
  created_at: Date;
  ended_at: Date | null;
  usage_deleted_at: Date | null;
};

export type MeterBuildCutsTable = {
  build_id: string;
  log_id: string;
  partition: number;
  from_offset: number;
  completed_at: Date | null;
};

export type CustomersTable = {
  namespace: string;
  id: string;
  key: string | null;
  name: string;
  description: string | null;
  metadata: Json;
  primary_email: string | null;
  currency: string | null;
  billing_address: Json;
  subject_keys: string[];
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
};

export type CustomerKeysTable = {
  namespace: string;
  text: string;
  customer_id: string;
  is_key: boolean;
  is_subject_key: boolean;
};

export type SubjectsTable = {
  namespace: string;
  id: string;
  key: string;
  display_name: string | null;
  metadata: Json;
  stripe_customer_id: string | null;
  current_period_start: Date | null;
  current_period_end: Date | null;
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
};

export type EventLogsTable = { id: string; registered_at: Date };

export type ParkedEventsTable = {
  log_id: string;
  partition: number;
  log_offset: number;
  namespace: string;
  reason: string;
  payload: Uint8Array;
  parked_at: Date;
};

/** Rows as `migrations/` define them and the driver reads them: `bigint` as a safe integer, `timestamptz` as Date. */
export type DB = {
  namespaces: NamespacesTable;
  api_keys: ApiKeysTable;
  meters: MetersTable;
  meter_builds: MeterBuildsTable;
  meter_build_cuts: MeterBuildCutsTable;
  customers: CustomersTable;
  customer_keys: CustomerKeysTable;
  subjects: SubjectsTable;
  event_logs: EventLogsTable;
  parked_events: ParkedEventsTable;
};

/** Some columns of a table as statements take them: values, or SQL that makes them. */
export type DbColumns<
  Table extends keyof DB,
  Column extends keyof DB[Table] & keyof InsertObject<DB, Table>,
> = Required<Pick<InsertObject<DB, Table>, Column>>;

export type Db = Kysely<DB>;
export type Tx = Transaction<DB>;
