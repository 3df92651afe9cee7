-- Subscriptions, the queue of customers that are due, invoices and the series of their numbers.
-- Numbers without a declared precision are kept as they are written, digit by digit.

create table subscriptions (
  namespace text collate "C" not null,
  id text collate "C" not null,
  customer_id text collate "C" not null,
  name text collate "C" not null,
  description text,
  metadata json,
  -- the plan version that was copied, all or none; it is a note, nothing is looked up by it
  plan_id text collate "C",
  plan_key text collate "C",
  plan_version integer,
  currency text collate "C" not null,
  billing_cadence text not null,
  billing_anchor timestamptz(3) not null,
  pro_rating_enabled boolean not null,
  pro_rating_mode text not null,
  settlement_mode text not null,
  active_from timestamptz(3) not null,
  active_to timestamptz(3), -- null: no end is known
  -- phases, items and their rate cards, frozen, with ids of their own; which form they have, says the version
  phases_version integer not null,
  phases json not null,
  feature_keys text[] collate "C" not null, -- of all rate cards in the phases
  billed jsonb not null, -- {item key: how far it is billed, in milliseconds since 1970}
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  deleted_at timestamptz(3),
  constraint subscriptions_pkey primary key (namespace, id),
  constraint subscriptions_customer_fkey foreign key (namespace, customer_id) references customers (namespace, id),
  constraint subscriptions_plan_check check ((plan_id is null) = (plan_key is null) and (plan_id is null) = (plan_version is null)),
  constraint subscriptions_pro_rating_mode_check check (pro_rating_mode in ('prorate_prices')),
  constraint subscriptions_settlement_mode_check check (settlement_mode in ('credit_then_invoice', 'credit_only')),
  constraint subscriptions_life_check check (active_to is null or active_from <= active_to)
);
create index subscriptions_customer on subscriptions (namespace, customer_id, active_from, id) where deleted_at is null;
create index subscriptions_feature_keys on subscriptions using gin (feature_keys) where deleted_at is null;

-- One row for each customer that ever had anything to bill. Whoever has locked it holds the customer.
create table customer_billing (
  namespace text collate "C" not null,
  customer_id text collate "C" not null,
  due_at timestamptz(3), -- null: when something changes
  parked_attempts integer not null, -- how often in a row; what is put back keeps counting
  parked_at timestamptz(3),
  parked_reason text,
  retry_at timestamptz(3),
  constraint customer_billing_pkey primary key (namespace, customer_id),
  constraint customer_billing_customer_fkey foreign key (namespace, customer_id) references customers (namespace, id),
  constraint customer_billing_parked_check check (
    (parked_at is null) = (parked_reason is null) and (parked_at is null) = (retry_at is null)
    and (parked_at is null or (due_at is not null and parked_attempts >= 1))
  ),
  constraint customer_billing_attempts_check check (parked_attempts >= 0)
);
-- Of all namespaces: schedulers take what is due first, whoever's it is.
create index customer_billing_due on customer_billing (due_at, namespace, customer_id)
  where due_at is not null and parked_at is null;
create index customer_billing_due_free on customer_billing ((parked_attempts > 0), due_at, namespace, customer_id)
  where due_at is not null and parked_at is null;
create index customer_billing_parked on customer_billing (namespace, due_at, customer_id) where parked_at is not null;

create table invoices (
  namespace text collate "C" not null,
  id text collate "C" not null,
  customer_id text collate "C" not null,
  customer_name text collate "C" not null, -- of the snapshot below, apart for sorting
  customer json not null, -- the rest of the customer as it was: {"key", "subjectKeys"}
  profile json not null, -- the billing profile as it was, durations as text
  status text not null,
  voided boolean not null, -- the status again, so that lines can refer to it
  number text not null,
  -- where an issued invoice stands in its series; a draft has no place
  series text collate "C",
  sequence bigint,
  currency text collate "C" not null, -- of every amount of the invoice, its lines and their details
  amount numeric not null,
  charges_total numeric not null,
  discounts_total numeric not null,
  credits_total numeric not null,
  total numeric not null,
  period_start timestamptz(3) not null,
  period_end timestamptz(3) not null,
  invoice_at timestamptz(3) not null,
  collection_at timestamptz(3), -- null: no line depends on usage
  quantity_snapshot_at timestamptz(3) not null,
  draft_until timestamptz(3),
  waiting_for text,
  issued_at timestamptz(3),
  due_at timestamptz(3),
  voided_at timestamptz(3),
  void_reason text,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  constraint invoices_pkey primary key (namespace, id),
  constraint invoices_voided_key unique (namespace, id, voided),
  constraint invoices_number_key unique (namespace, series, sequence),
  constraint invoices_customer_fkey foreign key (namespace, customer_id) references customers (namespace, id),
  constraint invoices_status_check check (status in ('draft', 'issued', 'voided')),
  constraint invoices_voided_check check (voided = (status = 'voided') and voided = (voided_at is not null) and voided = (void_reason is not null)),
  constraint invoices_draft_check check ((status = 'draft') = (draft_until is not null) and (waiting_for is null or status = 'draft')),
  constraint invoices_issued_check check (
    (status = 'draft') = (series is null) and (status = 'draft') = (sequence is null)
    and (status = 'draft') = (issued_at is null) and (status = 'draft') = (due_at is null)
  ),
  constraint invoices_sequence_check check (sequence >= 1),
  constraint invoices_period_check check (period_start <= period_end)
);
create index invoices_customer on invoices (namespace, customer_id, id);
create index invoices_drafts on invoices (namespace, customer_id, created_at, id) where status = 'draft';
create index invoices_created_at on invoices (namespace, created_at, id);
create index invoices_issued_at on invoices (namespace, issued_at, id);

create table invoice_lines (
  namespace text collate "C" not null,
  id text collate "C" not null,
  invoice_id text collate "C" not null,
  voided boolean not null, -- follows its invoice
  position integer not null, -- 0, 1, … in the order of the invoice
  charge_key text collate "C" not null,
  -- the whole service period that the line is a part of, and whether it ends with it
  whole_key text collate "C" not null,
  whole_period_start timestamptz(3) not null,
  whole_period_end timestamptz(3) not null,
  is_final boolean not null,
  subscription_id text collate "C" not null,
  subscription_phase_id text collate "C" not null,
  subscription_item_id text collate "C" not null,
  name text collate "C" not null,
  description text,
  -- the rate card as JSON, decimals as text; which form it has, says its version
  definition_version integer not null,
  definition json not null,
  service_period_start timestamptz(3) not null,
  service_period_end timestamptz(3) not null,
  full_service_period_start timestamptz(3) not null,
  full_service_period_end timestamptz(3) not null,
  billing_period_start timestamptz(3) not null,
  billing_period_end timestamptz(3) not null,
  invoice_at timestamptz(3) not null,
  -- integers; their ratio is the share of a flat amount that is charged
  proration_numerator numeric not null,
  proration_denominator numeric not null,
  -- null for a fixed amount: {"meterId", "subjects", "filters", "positions"}
  quantity numeric,
  usage_source jsonb,
  amount numeric not null,
  charges_total numeric not null,
  discounts_total numeric not null,
  credits_total numeric not null,
  total numeric not null,
  exact text not null, -- before rounding: a decimal, or n/d
  -- what the figures were made of; which form these three have, says the version
  rating_version integer not null,
  quantities json not null,
  rated_part json not null,
  explanation json not null,
  constraint invoice_lines_pkey primary key (namespace, id),
  constraint invoice_lines_position_key unique (namespace, invoice_id, position),
  constraint invoice_lines_invoice_fkey foreign key (namespace, invoice_id, voided)
    references invoices (namespace, id, voided) on update cascade,
  constraint invoice_lines_position_check check (position >= 0),
  constraint invoice_lines_proration_check check (
    proration_denominator > 0 and proration_denominator = trunc(proration_denominator) and proration_numerator = trunc(proration_numerator)
  ),
  constraint invoice_lines_usage_check check ((quantity is null) = (usage_source is null)),
  constraint invoice_lines_periods_check check (
    service_period_start <= service_period_end and full_service_period_start <= full_service_period_end
    and billing_period_start <= billing_period_end and whole_period_start <= service_period_start
    and service_period_end <= whole_period_end
  )
);
-- Nothing is billed twice: of all lines that are not voided at most one has a charge key.
create unique index invoice_lines_live_charge on invoice_lines (namespace, charge_key) where not voided;
create index invoice_lines_live_whole on invoice_lines (namespace, whole_key) where not voided;

create table invoice_line_details (
  namespace text collate "C" not null,
  line_id text collate "C" not null,
  position integer not null, -- 0, 1, … in the order of the line
  reference text collate "C" not null,
  label text,
  category text not null,
  payment_term text not null,
  quantity numeric not null,
  unit_amount numeric not null,
  amount numeric not null,
  discounts jsonb not null, -- [{"reason", "amount"}, …], amounts as text
  total numeric not null,
  constraint invoice_line_details_pkey primary key (namespace, line_id, position),
  constraint invoice_line_details_reference_key unique (namespace, line_id, reference),
  constraint invoice_line_details_line_fkey foreign key (namespace, line_id)
    references invoice_lines (namespace, id) on delete cascade,
  constraint invoice_line_details_position_check check (position >= 0),
  constraint invoice_line_details_category_check check (category in ('regular', 'commitment')),
  constraint invoice_line_details_payment_term_check check (payment_term in ('in_advance', 'in_arrears'))
);

-- The number that comes next. Whoever takes one keeps the series until its transaction ends, so that there are no gaps.
create table number_series (
  namespace text collate "C" not null,
  series text collate "C" not null,
  next bigint not null,
  constraint number_series_pkey primary key (namespace, series),
  constraint number_series_next_check check (next >= 1)
);
