import type { Instant, Ulid } from "@meter/primitives";

export type CustomerId = Ulid & { readonly __customer: "CustomerId" };

export type Address = Readonly<{
  country: string | null;
  postalCode: string | null;
  state: string | null;
  city: string | null;
  line1: string | null;
  line2: string | null;
  phoneNumber: string | null;
}>;

export type CustomerFields = Readonly<{
  key: string | null;
  name: string;
  description: string | null;
  metadata: Readonly<Record<string, string>> | null;
  primaryEmail: string | null;
  currency: string | null;
  billingAddress: Address | null;
  /** Event subjects whose usage is this customer's, besides its key. */
  subjectKeys: readonly string[];
}>;

/** Who pays. */
export type Customer = CustomerFields &
  Readonly<{ id: CustomerId; namespace: string; createdAt: Instant; updatedAt: Instant; deletedAt: Instant | null }>;

/** Every subject whose events are the customer's. */
export const subjectsOf = (customer: Pick<Customer, "key" | "subjectKeys">): readonly string[] =>
  customer.key === null || customer.subjectKeys.includes(customer.key)
    ? customer.subjectKeys
    : [customer.key, ...customer.subjectKeys];
