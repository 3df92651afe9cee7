-- Which clock the product runs on in this database: that of its first start, for good.
create table clock_mode (
  only_row boolean not null,
  mode text collate "C" not null,
  constraint clock_mode_pkey primary key (only_row),
  constraint clock_mode_only_row_check check (only_row),
  constraint clock_mode_mode_check check (mode in ('system', 'manual'))
);

insert into clock_mode (only_row, mode) select true, 'manual' from manual_clock;
