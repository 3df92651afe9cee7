import type { Result } from "@meter/primitives";
import type { Customer, CustomerFields, CustomerId } from "../shared/customer.ts";
import type { Clock } from "../shared/clock.ts";
import type { Conflict } from "../shared/conflict.ts";
import type { CustomerStore } from "../shared/customer-store.ts";
import { checkCustomer } from "./check-customer.ts";
import { type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import type { IdSource } from "../shared/sources.ts";

export const createCustomer =
  (deps: Readonly<{ customers: CustomerStore; clock: Clock; ids: IdSource }>) =>
  async (namespace: string, fields: CustomerFields): Promise<Result<Customer, InvalidInput | Conflict>> => {
    const faults = checkCustomer(fields);
    if (faults.length > 0) return invalidInput(...faults);
    const now = deps.clock.now();
    const id = deps.ids.ulid() as CustomerId; // a new ULID becomes a customer's id here
    return deps.customers.create({ ...fields, id, namespace, createdAt: now, updatedAt: now, deletedAt: null });
  };
