-- A draft is made without reading usage: its lines then have no quantity, and `usage_source` says only what will be read.
alter table invoice_lines
  drop constraint invoice_lines_usage_check,
  add constraint invoice_lines_usage_check check (quantity is null or usage_source is not null);
alter table invoices alter column quantity_snapshot_at drop not null;
