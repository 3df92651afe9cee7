-- Features, and plans with their phases and rate cards.

create table features (
  namespace text collate "C" not null,
  id text collate "C" not null,
  key text collate "C" not null,
  name text collate "C" not null,
  description text,
  metadata json,
  meter_key text collate "C",
  meter_filters jsonb not null, -- {dimension: {"op", "value" or "values"}}
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  archived_at timestamptz(3),
  constraint features_pkey primary key (namespace, id),
  constraint features_meter_filters_check check (meter_key is not null or meter_filters = '{}')
);
create unique index features_live_key on features (namespace, key) where archived_at is null;
create index features_key on features (namespace, key, archived_at);

-- One row a version. The status follows from the effective period and the time; it is never stored.
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
  effective_from timestamptz(3),
  effective_to timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  deleted_at timestamptz(3),
  constraint plans_pkey primary key (namespace, id),
  -- deleted ones, too: a number is never used twice
  constraint plans_version_key unique (namespace, key, version),
  constraint plans_version_check check (version >= 1),
  constraint plans_pro_rating_mode_check check (pro_rating_mode in ('prorate_prices')),
  constraint plans_settlement_mode_check check (settlement_mode in ('credit_then_invoice', 'credit_only')),
  constraint plans_effective_period_check check (effective_to is null or (effective_from is not null and effective_from <= effective_to))
);
create unique index plans_one_draft on plans (namespace, key) where effective_from is null and deleted_at is null;
-- Of the published versions of a key at most one has no end.
create unique index plans_one_open on plans (namespace, key)
  where effective_from is not null and effective_to is null and deleted_at is null;

create table plan_phases (
  namespace text collate "C" not null,
  plan_id text collate "C" not null,
  position integer not null, -- 0, 1, … in the order in which they are lived through
  key text collate "C" not null,
  name text not null,
  description text,
  metadata json,
  duration text,
  constraint plan_phases_pkey primary key (namespace, plan_id, position),
  constraint plan_phases_key unique (namespace, plan_id, key),
  constraint plan_phases_plan_fkey foreign key (namespace, plan_id) references plans (namespace, id),
  constraint plan_phases_position_check check (position >= 0)
);

create table plan_rate_cards (
  namespace text collate "C" not null,
  plan_id text collate "C" not null,
  phase_position integer not null,
  position integer not null, -- 0, 1, … as they were given
  key text collate "C" not null,
  feature_key text collate "C",
  -- the rate card as JSON, decimals as text; which form it has, says its version
  definition_version integer not null,
  definition json not null,
  constraint plan_rate_cards_pkey primary key (namespace, plan_id, phase_position, position),
  constraint plan_rate_cards_key unique (namespace, plan_id, phase_position, key),
  constraint plan_rate_cards_phase_fkey foreign key (namespace, plan_id, phase_position)
    references plan_phases (namespace, plan_id, position)
);
create index plan_rate_cards_feature on plan_rate_cards (namespace, feature_key) where feature_key is not null;
