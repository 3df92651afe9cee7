-- Tenants, keys, meters and their builds, customers, subjects, event logs, parked events.
-- Ids, keys and names sort by code point (collation "C"), whatever the locale of the database.

create table namespaces (
  key text collate "C" not null,
  name text not null,
  created_at timestamptz(3) not null,
  constraint namespaces_pkey primary key (key)
);

create table api_keys (
  id text collate "C" not null,
  namespace text collate "C" not null,
  name text not null,
  scopes text[] not null,
  root boolean not null,
  secret_hash bytea not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  constraint api_keys_pkey primary key (id),
  constraint api_keys_secret_hash_check check (octet_length(secret_hash) = 32)
);
create index api_keys_namespace on api_keys (namespace, created_at desc, id desc);
-- Two processes that start at once on an empty database make one root key, not two.
create unique index api_keys_live_root on api_keys (root) where root and revoked_at is null;

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
  event_from timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  deleted_at timestamptz(3),
  constraint meters_pkey primary key (namespace, id),
  constraint meters_aggregation_check check (aggregation in ('sum', 'count', 'unique_count', 'avg', 'min', 'max', 'latest')),
  constraint meters_value_property_check check ((aggregation = 'count') = (value_property is null))
);
create unique index meters_live_key on meters (namespace, key) where deleted_at is null;
create index meters_live_event_type on meters (namespace, event_type) where deleted_at is null;

-- A meter's definition, frozen: what usage was folded with.
create table meter_builds (
  id text collate "C" not null,
  namespace text collate "C" not null,
  meter_id text collate "C" not null,
  event_type text not null,
  aggregation text not null,
  value_property text,
  dimensions jsonb not null, -- [{"key", "path"}, …] in ascending order of key
  status text not null,
  created_at timestamptz(3) not null,
  ended_at timestamptz(3),
  usage_deleted_at timestamptz(3),
  constraint meter_builds_pkey primary key (id),
  constraint meter_builds_meter_fkey foreign key (namespace, meter_id) references meters (namespace, id),
  constraint meter_builds_aggregation_check check (aggregation in ('sum', 'count', 'unique_count', 'avg', 'min', 'max', 'latest')),
  constraint meter_builds_value_property_check check ((aggregation = 'count') = (value_property is null)),
  constraint meter_builds_status_check check (status in ('pending', 'current', 'ended')),
  constraint meter_builds_ended_check check ((status = 'ended') = (ended_at is not null)),
  constraint meter_builds_usage_deleted_check check (usage_deleted_at is null or status = 'ended')
);
create unique index meter_builds_one_pending on meter_builds (namespace, meter_id) where status = 'pending';
create unique index meter_builds_one_current on meter_builds (namespace, meter_id) where status = 'current';
create index meter_builds_live on meter_builds (id) where status <> 'ended';
create index meter_builds_to_delete on meter_builds (ended_at) where usage_deleted_at is null and status = 'ended';

-- Where the fold takes over from the backfill, per partition of a log.
create table meter_build_cuts (
  build_id text collate "C" not null,
  log_id text collate "C" not null,
  partition integer not null,
  from_offset bigint not null,
  completed_at timestamptz(3),
  constraint meter_build_cuts_pkey primary key (build_id, log_id, partition),
  constraint meter_build_cuts_build_fkey foreign key (build_id) references meter_builds (id),
  constraint meter_build_cuts_from_offset_check check (from_offset >= 0)
);

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
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  deleted_at timestamptz(3),
  constraint customers_pkey primary key (namespace, id)
);
create index customers_created_at on customers (namespace, created_at, id);
create index customers_name on customers (namespace, name, id);

-- Every text by which a live customer is known: its key, its subject keys, its id. One customer per text.
create table customer_keys (
  namespace text collate "C" not null,
  text text collate "C" not null,
  customer_id text collate "C" not null,
  is_key boolean not null,
  is_subject_key boolean not null,
  constraint customer_keys_pkey primary key (namespace, text),
  constraint customer_keys_customer_fkey foreign key (namespace, customer_id) references customers (namespace, id)
);
create index customer_keys_customer on customer_keys (namespace, customer_id);

create table subjects (
  namespace text collate "C" not null,
  id text collate "C" not null,
  key text collate "C" not null,
  display_name text,
  metadata json,
  stripe_customer_id text,
  current_period_start timestamptz(3),
  current_period_end timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  deleted_at timestamptz(3),
  constraint subjects_pkey primary key (namespace, id)
);
create unique index subjects_live_key on subjects (namespace, key) where deleted_at is null;

create table event_logs (
  id text collate "C" not null,
  registered_at timestamptz(3) not null,
  constraint event_logs_pkey primary key (id)
);

-- Events that the usage tables refused for good, payload included. The payload may hold any character, NUL, too.
create table parked_events (
  log_id text collate "C" not null,
  partition integer not null,
  log_offset bigint not null,
  namespace text collate "C" not null,
  reason text not null,
  payload bytea not null,
  parked_at timestamptz(3) not null,
  constraint parked_events_pkey primary key (log_id, partition, log_offset)
);
create index parked_events_namespace on parked_events (namespace, log_id, partition, log_offset);
