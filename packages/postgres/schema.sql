create table api_keys (
  id text collate "C" not null,
  namespace text collate "C" not null,
  name text not null,
  scopes text[] not null,
  root boolean not null,
  secret_hash bytea not null,
  created_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  minted_by text collate "C",
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_minted_by_fkey FOREIGN KEY (minted_by) REFERENCES api_keys(id),
  constraint api_keys_secret_hash_check CHECK (octet_length(secret_hash) = 32)
);
CREATE UNIQUE INDEX api_keys_first_root ON api_keys USING btree (root) WHERE root AND revoked_at IS NULL AND minted_by IS NULL;
CREATE INDEX api_keys_minted_by ON api_keys USING btree (minted_by) WHERE minted_by IS NOT NULL;
CREATE INDEX api_keys_namespace ON api_keys USING btree (namespace, created_at DESC, id DESC);

create table clock_mode (
  only_row boolean not null,
  mode text collate "C" not null,
  constraint clock_mode_pkey PRIMARY KEY (only_row),
  constraint clock_mode_mode_check CHECK (mode = ANY (ARRAY['system'::text, 'manual'::text])),
  constraint clock_mode_only_row_check CHECK (only_row)
);

create table customer_billing (
  namespace text collate "C" not null,
  customer_id text collate "C" not null,
  due_at timestamp(3) with time zone,
  parked_attempts integer not null,
  parked_at timestamp(3) with time zone,
  parked_reason text,
  retry_at timestamp(3) with time zone,
  constraint customer_billing_pkey PRIMARY KEY (namespace, customer_id),
  constraint customer_billing_customer_fkey FOREIGN KEY (namespace, customer_id) REFERENCES customers(namespace, id),
  constraint customer_billing_attempts_check CHECK (parked_attempts >= 0),
  constraint customer_billing_parked_check CHECK ((parked_at IS NULL) = (parked_reason IS NULL) AND (parked_at IS NULL) = (retry_at IS NULL) AND (parked_at IS NULL OR due_at IS NOT NULL AND parked_attempts >= 1))
);
CREATE INDEX customer_billing_due ON customer_billing USING btree (due_at, namespace, customer_id) WHERE due_at IS NOT NULL AND parked_at IS NULL;
CREATE INDEX customer_billing_due_free ON customer_billing USING btree ((parked_attempts > 0), due_at, namespace, customer_id) WHERE due_at IS NOT NULL AND parked_at IS NULL;
CREATE INDEX customer_billing_parked ON customer_billing USING btree (namespace, due_at, customer_id) WHERE parked_at IS NOT NULL;

create table customer_keys (
  namespace text collate "C" not null,
  text text collate "C" not null,
  customer_id text collate "C" not null,
  is_key boolean not null,
  is_subject_key boolean not null,
  constraint customer_keys_pkey PRIMARY KEY (namespace, text),
  constraint customer_keys_customer_fkey FOREIGN KEY (namespace, customer_id) REFERENCES customers(namespace, id)
);
CREATE INDEX customer_keys_customer ON customer_keys USING btree (namespace, customer_id);

create table customers (
  namespace text collate "C" not null,
  id text collate "C" not null,
  key text collate "C",
  name text collate "C" not null,
  description text,
  metadata json,
  primary_email text,
  currency text,
  billing_address json,
  subject_keys text[] not null,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null,
  deleted_at timestamp(3) with time zone,
  constraint customers_pkey PRIMARY KEY (namespace, id)
);
CREATE INDEX customers_created_at ON customers USING btree (namespace, created_at, id);
CREATE INDEX customers_name ON customers USING btree (namespace, name, id);

create table event_logs (
  id text collate "C" not null,
  registered_at timestamp(3) with time zone not null,
  constraint event_logs_pkey PRIMARY KEY (id)
);

create table features (
  namespace text collate "C" not null,
  id text collate "C" not null,
  key text collate "C" not null,
  name text collate "C" not null,
  description text,
  metadata json,
  meter_key text collate "C",
  meter_filters jsonb not null,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null,
  archived_at timestamp(3) with time zone,
  constraint features_pkey PRIMARY KEY (namespace, id),
  constraint features_meter_filters_check CHECK (meter_key IS NOT NULL OR meter_filters = '{}'::jsonb)
);
CREATE INDEX features_key ON features USING btree (namespace, key, archived_at);
CREATE UNIQUE INDEX features_live_key ON features USING btree (namespace, key) WHERE archived_at IS NULL;

create table invoice_line_details (
  namespace text collate "C" not null,
  line_id text collate "C" not null,
  "position" integer not null,
  reference text collate "C" not null,
  label text,
  category text not null,
  payment_term text not null,
  quantity numeric not null,
  unit_amount numeric not null,
  amount numeric not null,
  discounts jsonb not null,
  total numeric not null,
  constraint invoice_line_details_pkey PRIMARY KEY (namespace, line_id, "position"),
  constraint invoice_line_details_reference_key UNIQUE (namespace, line_id, reference),
  constraint invoice_line_details_line_fkey FOREIGN KEY (namespace, line_id) REFERENCES invoice_lines(namespace, id) ON DELETE CASCADE,
  constraint invoice_line_details_category_check CHECK (category = ANY (ARRAY['regular'::text, 'commitment'::text])),
  constraint invoice_line_details_payment_term_check CHECK (payment_term = ANY (ARRAY['in_advance'::text, 'in_arrears'::text])),
  constraint invoice_line_details_position_check CHECK ("position" >= 0)
);

create table invoice_lines (
  namespace text collate "C" not null,
  id text collate "C" not null,
  invoice_id text collate "C" not null,
  voided boolean not null,
  "position" integer not null,
  charge_key text collate "C" not null,
  whole_key text collate "C" not null,
  whole_period_start timestamp(3) with time zone not null,
  whole_period_end timestamp(3) with time zone not null,
  is_final boolean not null,
  subscription_id text collate "C" not null,
  subscription_phase_id text collate "C" not null,
  subscription_item_id text collate "C" not null,
  name text collate "C" not null,
  description text,
  definition_version integer not null,
  definition json not null,
  service_period_start timestamp(3) with time zone not null,
  service_period_end timestamp(3) with time zone not null,
  full_service_period_start timestamp(3) with time zone not null,
  full_service_period_end timestamp(3) with time zone not null,
  billing_period_start timestamp(3) with time zone not null,
  billing_period_end timestamp(3) with time zone not null,
  invoice_at timestamp(3) with time zone not null,
  proration_numerator numeric not null,
  proration_denominator numeric not null,
  quantity numeric,
  usage_source jsonb,
  amount numeric,
  charges_total numeric,
  discounts_total numeric,
  credits_total numeric,
  total numeric,
  exact text,
  rating_version integer,
  quantities json,
  rated_part json,
  explanation json,
  issue_code text collate "C",
  issue_message text,
  constraint invoice_lines_pkey PRIMARY KEY (namespace, id),
  constraint invoice_lines_position_key UNIQUE (namespace, invoice_id, "position"),
  constraint invoice_lines_invoice_fkey FOREIGN KEY (namespace, invoice_id, voided) REFERENCES invoices(namespace, id, voided) ON UPDATE CASCADE,
  constraint invoice_lines_periods_check CHECK (service_period_start <= service_period_end AND full_service_period_start <= full_service_period_end AND billing_period_start <= billing_period_end AND whole_period_start <= service_period_start AND service_period_end <= whole_period_end),
  constraint invoice_lines_position_check CHECK ("position" >= 0),
  constraint invoice_lines_proration_check CHECK (proration_denominator > 0::numeric AND proration_denominator = trunc(proration_denominator) AND proration_numerator = trunc(proration_numerator)),
  constraint invoice_lines_rating_check CHECK (
CASE
    WHEN issue_code IS NULL THEN issue_message IS NULL AND num_nulls(amount, charges_total, discounts_total, credits_total, total, exact, rating_version, quantities, rated_part, explanation) = 0
    ELSE issue_message IS NOT NULL AND num_nonnulls(amount, charges_total, discounts_total, credits_total, total, exact, rating_version, quantities, rated_part, explanation) = 0 AND NOT voided
END),
  constraint invoice_lines_usage_check CHECK (quantity IS NULL OR usage_source IS NOT NULL)
);
CREATE INDEX invoice_lines_billed_usage ON invoice_lines USING btree (service_period_end DESC, id DESC) WHERE is_final AND quantity IS NOT NULL AND NOT voided;
CREATE UNIQUE INDEX invoice_lines_live_charge ON invoice_lines USING btree (namespace, charge_key) WHERE NOT voided;
CREATE INDEX invoice_lines_live_whole ON invoice_lines USING btree (namespace, whole_key) WHERE NOT voided;
CREATE INDEX invoice_lines_open ON invoice_lines USING btree (namespace, id) WHERE issue_code IS NOT NULL;

create table invoices (
  namespace text collate "C" not null,
  id text collate "C" not null,
  customer_id text collate "C" not null,
  customer_name text collate "C" not null,
  customer json not null,
  profile json not null,
  status text not null,
  voided boolean not null,
  number text not null,
  series text collate "C",
  sequence bigint,
  currency text collate "C" not null,
  amount numeric not null,
  charges_total numeric not null,
  discounts_total numeric not null,
  credits_total numeric not null,
  total numeric not null,
  period_start timestamp(3) with time zone not null,
  period_end timestamp(3) with time zone not null,
  invoice_at timestamp(3) with time zone not null,
  collection_at timestamp(3) with time zone,
  quantity_snapshot_at timestamp(3) with time zone,
  draft_until timestamp(3) with time zone,
  waiting_for text,
  issued_at timestamp(3) with time zone,
  due_at timestamp(3) with time zone,
  voided_at timestamp(3) with time zone,
  void_reason text,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null,
  constraint invoices_pkey PRIMARY KEY (namespace, id),
  constraint invoices_number_key UNIQUE (namespace, series, sequence),
  constraint invoices_voided_key UNIQUE (namespace, id, voided),
  constraint invoices_customer_fkey FOREIGN KEY (namespace, customer_id) REFERENCES customers(namespace, id),
  constraint invoices_draft_check CHECK ((status = 'draft'::text) = (draft_until IS NOT NULL) AND (waiting_for IS NULL OR status = 'draft'::text)),
  constraint invoices_issued_check CHECK ((status = 'draft'::text) = (series IS NULL) AND (status = 'draft'::text) = (sequence IS NULL) AND (status = 'draft'::text) = (issued_at IS NULL) AND (status = 'draft'::text) = (due_at IS NULL)),
  constraint invoices_period_check CHECK (period_start <= period_end),
  constraint invoices_sequence_check CHECK (sequence >= 1),
  constraint invoices_status_check CHECK (status = ANY (ARRAY['draft'::text, 'issued'::text, 'voided'::text])),
  constraint invoices_voided_check CHECK (voided = (status = 'voided'::text) AND voided = (voided_at IS NOT NULL) AND voided = (void_reason IS NOT NULL))
);
CREATE INDEX invoices_created_at ON invoices USING btree (namespace, created_at, id);
CREATE INDEX invoices_customer ON invoices USING btree (namespace, customer_id, id);
CREATE INDEX invoices_drafts ON invoices USING btree (namespace, customer_id, created_at, id) WHERE status = 'draft'::text;
CREATE INDEX invoices_issued_at ON invoices USING btree (namespace, issued_at, id);

create table manual_clock (
  only_row boolean not null,
  now_at timestamp(3) with time zone not null,
  constraint manual_clock_pkey PRIMARY KEY (only_row),
  constraint manual_clock_only_row_check CHECK (only_row)
);

create table meter_build_cuts (
  build_id text collate "C" not null,
  log_id text collate "C" not null,
  partition integer not null,
  from_offset bigint not null,
  completed_at timestamp(3) with time zone,
  constraint meter_build_cuts_pkey PRIMARY KEY (build_id, log_id, partition),
  constraint meter_build_cuts_build_fkey FOREIGN KEY (build_id) REFERENCES meter_builds(id),
  constraint meter_build_cuts_from_offset_check CHECK (from_offset >= 0)
);

create table meter_builds (
  id text collate "C" not null,
  namespace text collate "C" not null,
  meter_id text collate "C" not null,
  event_type text not null,
  aggregation text not null,
  value_property text,
  dimensions jsonb not null,
  status text not null,
  created_at timestamp(3) with time zone not null,
  ended_at timestamp(3) with time zone,
  usage_deleted_at timestamp(3) with time zone,
  constraint meter_builds_pkey PRIMARY KEY (id),
  constraint meter_builds_meter_fkey FOREIGN KEY (namespace, meter_id) REFERENCES meters(namespace, id),
  constraint meter_builds_aggregation_check CHECK (aggregation = ANY (ARRAY['sum'::text, 'count'::text, 'unique_count'::text, 'avg'::text, 'min'::text, 'max'::text, 'latest'::text])),
  constraint meter_builds_ended_check CHECK ((status = 'ended'::text) = (ended_at IS NOT NULL)),
  constraint meter_builds_status_check CHECK (status = ANY (ARRAY['pending'::text, 'current'::text, 'ended'::text])),
  constraint meter_builds_usage_deleted_check CHECK (usage_deleted_at IS NULL OR status = 'ended'::text),
  constraint meter_builds_value_property_check CHECK ((aggregation = 'count'::text) = (value_property IS NULL))
);
CREATE INDEX meter_builds_live ON meter_builds USING btree (id) WHERE status <> 'ended'::text;
CREATE UNIQUE INDEX meter_builds_one_current ON meter_builds USING btree (namespace, meter_id) WHERE status = 'current'::text;
CREATE UNIQUE INDEX meter_builds_one_pending ON meter_builds USING btree (namespace, meter_id) WHERE status = 'pending'::text;
CREATE INDEX meter_builds_to_delete ON meter_builds USING btree (ended_at) WHERE usage_deleted_at IS NULL AND status = 'ended'::text;

create table meters (
  namespace text collate "C" not null,
  id text collate "C" not null,
  key text collate "C" not null,
  name text collate "C" not null,
  description text,
  metadata json,
  event_type text not null,
  aggregation text collate "C" not null,
  value_property text,
  group_by jsonb not null,
  event_from timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null,
  deleted_at timestamp(3) with time zone,
  constraint meters_pkey PRIMARY KEY (namespace, id),
  constraint meters_aggregation_check CHECK (aggregation = ANY (ARRAY['sum'::text, 'count'::text, 'unique_count'::text, 'avg'::text, 'min'::text, 'max'::text, 'latest'::text])),
  constraint meters_value_property_check CHECK ((aggregation = 'count'::text) = (value_property IS NULL))
);
CREATE INDEX meters_live_event_type ON meters USING btree (namespace, event_type) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX meters_live_key ON meters USING btree (namespace, key) WHERE deleted_at IS NULL;

create table namespaces (
  key text collate "C" not null,
  name text not null,
  created_at timestamp(3) with time zone not null,
  constraint namespaces_pkey PRIMARY KEY (key)
);

create table number_series (
  namespace text collate "C" not null,
  series text collate "C" not null,
  next bigint not null,
  constraint number_series_pkey PRIMARY KEY (namespace, series),
  constraint number_series_next_check CHECK (next >= 1)
);

create table parked_events (
  log_id text collate "C" not null,
  partition integer not null,
  log_offset bigint not null,
  namespace text collate "C" not null,
  reason text not null,
  payload bytea not null,
  parked_at timestamp(3) with time zone not null,
  constraint parked_events_pkey PRIMARY KEY (log_id, partition, log_offset)
);
CREATE INDEX parked_events_namespace ON parked_events USING btree (namespace, log_id, partition, log_offset);

create table plan_phases (
  namespace text collate "C" not null,
  plan_id text collate "C" not null,
  "position" integer not null,
  key text collate "C" not null,
  name text not null,
  description text,
  metadata json,
  duration text,
  constraint plan_phases_pkey PRIMARY KEY (namespace, plan_id, "position"),
  constraint plan_phases_key UNIQUE (namespace, plan_id, key),
  constraint plan_phases_plan_fkey FOREIGN KEY (namespace, plan_id) REFERENCES plans(namespace, id),
  constraint plan_phases_position_check CHECK ("position" >= 0)
);

create table plan_rate_cards (
  namespace text collate "C" not null,
  plan_id text collate "C" not null,
  phase_position integer not null,
  "position" integer not null,
  key text collate "C" not null,
  feature_key text collate "C",
  definition_version integer not null,
  definition json not null,
  constraint plan_rate_cards_pkey PRIMARY KEY (namespace, plan_id, phase_position, "position"),
  constraint plan_rate_cards_key UNIQUE (namespace, plan_id, phase_position, key),
  constraint plan_rate_cards_phase_fkey FOREIGN KEY (namespace, plan_id, phase_position) REFERENCES plan_phases(namespace, plan_id, "position")
);
CREATE INDEX plan_rate_cards_feature ON plan_rate_cards USING btree (namespace, feature_key) WHERE feature_key IS NOT NULL;

create table plans (
  namespace text collate "C" not null,
  id text collate "C" not null,
  key text collate "C" not null,
  version integer not null,
  name text collate "C" not null,
  description text,
  metadata json,
  currency text collate "C" not null,
  billing_cadence text not null,
  pro_rating_enabled boolean not null,
  pro_rating_mode text not null,
  settlement_mode text not null,
  effective_from timestamp(3) with time zone,
  effective_to timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null,
  deleted_at timestamp(3) with time zone,
  constraint plans_pkey PRIMARY KEY (namespace, id),
  constraint plans_version_key UNIQUE (namespace, key, version),
  constraint plans_effective_period_check CHECK (effective_to IS NULL OR effective_from IS NOT NULL AND effective_from <= effective_to),
  constraint plans_pro_rating_mode_check CHECK (pro_rating_mode = 'prorate_prices'::text),
  constraint plans_settlement_mode_check CHECK (settlement_mode = ANY (ARRAY['credit_then_invoice'::text, 'credit_only'::text])),
  constraint plans_version_check CHECK (version >= 1)
);
CREATE UNIQUE INDEX plans_one_draft ON plans USING btree (namespace, key) WHERE effective_from IS NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX plans_one_open ON plans USING btree (namespace, key) WHERE effective_from IS NOT NULL AND effective_to IS NULL AND deleted_at IS NULL;

create table schema_migrations (
  name text collate "C" not null,
  checksum text not null,
  applied_at timestamp(3) with time zone not null default now(),
  constraint schema_migrations_pkey PRIMARY KEY (name)
);

create table subjects (
  namespace text collate "C" not null,
  id text collate "C" not null,
  key text collate "C" not null,
  display_name text,
  metadata json,
  stripe_customer_id text,
  current_period_start timestamp(3) with time zone,
  current_period_end timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null,
  deleted_at timestamp(3) with time zone,
  constraint subjects_pkey PRIMARY KEY (namespace, id)
);
CREATE UNIQUE INDEX subjects_live_key ON subjects USING btree (namespace, key) WHERE deleted_at IS NULL;

create table subscriptions (
  namespace text collate "C" not null,
  id text collate "C" not null,
  customer_id text collate "C" not null,
  name text collate "C" not null,
  description text,
  metadata json,
  plan_id text collate "C",
  plan_key text collate "C",
  plan_version integer,
  currency text collate "C" not null,
  billing_cadence text not null,
  billing_anchor timestamp(3) with time zone not null,
  pro_rating_enabled boolean not null,
  pro_rating_mode text not null,
  settlement_mode text not null,
  active_from timestamp(3) with time zone not null,
  active_to timestamp(3) with time zone,
  phases_version integer not null,
  phases json not null,
  feature_keys text[] collate "C" not null,
  billed jsonb not null,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null,
  deleted_at timestamp(3) with time zone,
  constraint subscriptions_pkey PRIMARY KEY (namespace, id),
  constraint subscriptions_customer_fkey FOREIGN KEY (namespace, customer_id) REFERENCES customers(namespace, id),
  constraint subscriptions_life_check CHECK (active_to IS NULL OR active_from <= active_to),
  constraint subscriptions_plan_check CHECK ((plan_id IS NULL) = (plan_key IS NULL) AND (plan_id IS NULL) = (plan_version IS NULL)),
  constraint subscriptions_pro_rating_mode_check CHECK (pro_rating_mode = 'prorate_prices'::text),
  constraint subscriptions_settlement_mode_check CHECK (settlement_mode = ANY (ARRAY['credit_then_invoice'::text, 'credit_only'::text]))
);
CREATE INDEX subscriptions_customer ON subscriptions USING btree (namespace, customer_id, active_from, id) WHERE deleted_at IS NULL;
CREATE INDEX subscriptions_feature_keys ON subscriptions USING gin (feature_keys) WHERE deleted_at IS NULL;
