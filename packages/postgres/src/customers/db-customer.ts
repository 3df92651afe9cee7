import type { Customer, CustomerFields, CustomerId } from "@meter/core";
import type { Selectable } from "kysely";
import { fromDbInstant, fromDbInstantOrNull, toDbJson } from "../columns.ts";
import type { CustomersTable, DbColumns } from "../database.ts";

type FieldColumn =
  | "key"
  | "name"
  | "description"
  | "metadata"
  | "primary_email"
  | "currency"
  | "billing_address"
  | "subject_keys";

export const toDbCustomerFields = (fields: CustomerFields): DbColumns<"customers", FieldColumn> => ({
  key: fields.key,
  name: fields.name,
  description: fields.description,
  metadata: toDbJson(fields.metadata),
  primary_email: fields.primaryEmail,
  currency: fields.currency,
  billing_address: toDbJson(fields.billingAddress),
  subject_keys: [...fields.subjectKeys],
});

export const fromDbCustomer = (row: Selectable<CustomersTable>): Customer => ({
  id: row.id as CustomerId, // what createCustomer wrote
  namespace: row.namespace,
  key: row.key,
  name: row.name,
  description: row.description,
  metadata: row.metadata as Customer["metadata"], // an object of texts, as it was written
  primaryEmail: row.primary_email,
  currency: row.currency,
  billingAddress: row.billing_address as Customer["billingAddress"], // an Address, as it was written
  subjectKeys: row.subject_keys,
  createdAt: fromDbInstant(row.created_at),
  updatedAt: fromDbInstant(row.updated_at),
  deletedAt: fromDbInstantOrNull(row.deleted_at),
});
