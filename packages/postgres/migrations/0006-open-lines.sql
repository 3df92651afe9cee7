-- A line of a draft that cannot be rated has no figures, but the reason.
alter table invoice_lines
  add column issue_code text collate "C",
  add column issue_message text,
  alter column amount drop not null,
  alter column charges_total drop not null,
  alter column discounts_total drop not null,
  alter column credits_total drop not null,
  alter column total drop not null,
  alter column exact drop not null,
  alter column rating_version drop not null,
  alter column quantities drop not null,
  alter column rated_part drop not null,
  alter column explanation drop not null,
  add constraint invoice_lines_rating_check check (
    case when issue_code is null
      then issue_message is null and num_nulls(amount, charges_total, discounts_total, credits_total, total, exact, rating_version, quantities, rated_part, explanation) = 0
      else issue_message is not null and num_nonnulls(amount, charges_total, discounts_total, credits_total, total, exact, rating_version, quantities, rated_part, explanation) = 0 and not voided
    end
  );
create index invoice_lines_open on invoice_lines (namespace, id) where issue_code is not null;
