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
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_secret_hash_check CHECK (octet_length(secret_hash) = 32)
);
CREATE UNIQUE INDEX api_keys_live_root ON api_keys USING btree (root) WHERE root AND revoked_at IS NULL;
CREATE INDEX api_keys_namespace ON api_keys USING btree (namespace, created_at DESC, id DESC);

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
