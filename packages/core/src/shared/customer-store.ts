import type { Instant, Result } from "@meter/primitives";
import type { Conflict } from "./conflict.ts";
import type { Customer, CustomerFields, CustomerId } from "./customer.ts";

export type CustomerPage = Readonly<{ items: readonly Customer[]; totalCount: number }>;

export type CustomerStore = Readonly<{
  /** A key or subject key that another live customer of the namespace uses, as key, id or subject key, is a conflict. Subjects are created for its subject keys. */
  create: (customer: Customer) => Promise<Result<Customer, Conflict>>;
  find: (namespace: string, idOrKey: string) => Promise<Customer | null>;
  findMany: (namespace: string, ids: readonly CustomerId[]) => Promise<readonly Customer[]>;
  list: (
    namespace: string,
    options: Readonly<{
      page: number;
      pageSize: number;
      key?: string;
      name?: string;
      primaryEmail?: string;
      subject?: string;
      includeDeleted: boolean;
      order: Readonly<{ by: "id" | "name" | "createdAt"; direction: "asc" | "desc" }>;
    }>,
  ) => Promise<CustomerPage>;
  update: (
    namespace: string,
    id: CustomerId,
    fields: CustomerFields,
    updatedAt: Instant,
  ) => Promise<Result<Customer, Conflict> | null>;
  /** Soft. False when it was not live. */
  delete: (namespace: string, id: CustomerId, at: Instant) => Promise<boolean>;
  /** Who the subjects belong to: the customer whose key is the subject, else whose subject keys contain it. Live ones only. */
  attribute: (namespace: string, subjects: readonly string[]) => Promise<ReadonlyMap<string, CustomerId>>;
}>;
