-- The instant at which the manual clock stands; no row until it was set for the first time.
create table manual_clock (
  only_row boolean not null,
  now_at timestamptz(3) not null,
  constraint manual_clock_pkey primary key (only_row),
  constraint manual_clock_only_row_check check (only_row)
);
