import type { InvoiceCustomer } from "@meter/invoicing";
import { type Customer, subjectsOf } from "../shared/customer.ts";

/** A customer as it stands on an invoice from now on. */
export const toInvoiceCustomer = (customer: Customer): InvoiceCustomer => ({
  id: customer.id,
  key: customer.key,
  name: customer.name,
  subjectKeys: subjectsOf(customer),
});
