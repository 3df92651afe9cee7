-- The last lines of service periods by their ends: looked through again and again for usage that came in later.
create index invoice_lines_billed_usage on invoice_lines (service_period_end desc, id desc)
  where is_final and quantity is not null and not voided;
