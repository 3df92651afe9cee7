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
  minted_by: string | null;
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

export type FeaturesTable = {
  namespace: string;
  id: string;
  key: string;
  name: string;
  description: string | null;
  metadata: Json;
  meter_key: string | null;
  meter_filters: Json;
  created_at: Date;
  updated_at: Date;
  archived_at: Date | null;
};

export type PlansTable = {
  namespace: string;
  id: string;
  key: string;
  version: number;
  name: string;
  description: string | null;
  metadata: Json;
  currency: string;
  billing_cadence: string;
  pro_rating_enabled: boolean;
  pro_rating_mode: string;
  settlement_mode: string;
  effective_from: Date | null;
  effective_to: Date | null;
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
};

export type PlanPhasesTable = {
  namespace: string;
  plan_id: string;
  position: number;
  key: string;
  name: string;
  description: string | null;
  metadata: Json;
  duration: string | null;
};

export type PlanRateCardsTable = {
  namespace: string;
  plan_id: string;
  phase_position: number;
  position: number;
  key: string;
  feature_key: string | null;
  definition_version: number;
  definition: Json;
};

export type EventLogsTable = { id: string; registered_at: Date };

export type ManualClockTable = { only_row: boolean; now_at: Date };

export type ClockModeTable = { only_row: boolean; mode: "system" | "manual" };

export type SubscriptionsTable = {
  namespace: string;
  id: string;
  customer_id: string;
  name: string;
  description: string | null;
  metadata: Json;
  plan_id: string | null;
  plan_key: string | null;
  plan_version: number | null;
  currency: string;
  billing_cadence: string;
  billing_anchor: Date;
  pro_rating_enabled: boolean;
  pro_rating_mode: string;
  settlement_mode: string;
  active_from: Date;
  active_to: Date | null;
  phases_version: number;
  phases: Json;
  feature_keys: string[];
  billed: Json;
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
};

export type CustomerBillingTable = {
  namespace: string;
  customer_id: string;
  due_at: Date | null;
  parked_attempts: number;
  parked_at: Date | null;
  parked_reason: string | null;
  retry_at: Date | null;
};

export type InvoicesTable = {
  namespace: string;
  id: string;
  customer_id: string;
  customer_name: string;
  customer: Json;
  profile: Json;
  status: "draft" | "issued" | "voided";
  voided: boolean;
  number: string;
  series: string | null;
  sequence: number | null;
  currency: string;
  amount: string;
  charges_total: string;
  discounts_total: string;
  credits_total: string;
  total: string;
  period_start: Date;
  period_end: Date;
  invoice_at: Date;
  collection_at: Date | null;
  quantity_snapshot_at: Date | null;
  draft_until: Date | null;
  waiting_for: string | null;
  issued_at: Date | null;
  due_at: Date | null;
  voided_at: Date | null;
  void_reason: string | null;
  created_at: Date;
  updated_at: Date;
};

export type InvoiceLinesTable = {
  namespace: string;
  id: string;
  invoice_id: string;
  voided: boolean;
  position: number;
  charge_key: string;
  whole_key: string;
  whole_period_start: Date;
  whole_period_end: Date;
  is_final: boolean;
  subscription_id: string;
  subscription_phase_id: string;
  subscription_item_id: string;
  name: string;
  description: string | null;
  definition_version: number;
  definition: Json;
  service_period_start: Date;
  service_period_end: Date;
  full_service_period_start: Date;
  full_service_period_end: Date;
  billing_period_start: Date;
  billing_period_end: Date;
  invoice_at: Date;
  proration_numerator: string;
  proration_denominator: string;
  quantity: string | null;
  usage_source: Json;
  amount: string | null;
  charges_total: string | null;
  discounts_total: string | null;
  credits_total: string | null;
  total: string | null;
  exact: string | null;
  rating_version: number | null;
  quantities: Json;
  rated_part: Json;
  explanation: Json;
  issue_code: string | null;
  issue_message: string | null;
};

export type InvoiceLineDetailsTable = {
  namespace: string;
  line_id: string;
  position: number;
  reference: string;
  label: string | null;
  category: "regular" | "commitment";
  payment_term: "in_advance" | "in_arrears";
  quantity: string;
  unit_amount: string;
  amount: string;
  discounts: Json;
  total: string;
};

export type NumberSeriesTable = { namespace: string; series: string; next: number };

export type ParkedEventsTable = {
  log_id: string;
  partition: number;
  log_offset: number;
  namespace: string;
  reason: string;
  payload: Uint8Array;
  parked_at: Date;
};

/**
 * Rows as `migrations/` define them and the driver reads them: `bigint` as a safe integer, `numeric` as text, `timestamptz`
 * as Date.
 */
export type DB = {
  namespaces: NamespacesTable;
  api_keys: ApiKeysTable;
  meters: MetersTable;
  meter_builds: MeterBuildsTable;
  meter_build_cuts: MeterBuildCutsTable;
  customers: CustomersTable;
  customer_keys: CustomerKeysTable;
  subjects: SubjectsTable;
  features: FeaturesTable;
  plans: PlansTable;
  plan_phases: PlanPhasesTable;
  plan_rate_cards: PlanRateCardsTable;
  event_logs: EventLogsTable;
  parked_events: ParkedEventsTable;
  manual_clock: ManualClockTable;
  clock_mode: ClockModeTable;
  subscriptions: SubscriptionsTable;
  customer_billing: CustomerBillingTable;
  invoices: InvoicesTable;
  invoice_lines: InvoiceLinesTable;
  invoice_line_details: InvoiceLineDetailsTable;
  number_series: NumberSeriesTable;
};

/** Some columns of a table as statements take them: values, or SQL that makes them. */
export type DbColumns<
  Table extends keyof DB,
  Column extends keyof DB[Table] & keyof InsertObject<DB, Table>,
> = Required<Pick<InsertObject<DB, Table>, Column>>;

export type Db = Kysely<DB>;
export type Tx = Transaction<DB>;
