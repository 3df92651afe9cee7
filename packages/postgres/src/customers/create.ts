import type { Conflict, Customer } from "@meter/core";
import { err, ok, type Result } from "@meter/primitives";
import { toDbInstant, toDbInstantOrNull } from "../columns.ts";
import type { Db } from "../database.ts";
import { transact } from "../transaction.ts";
import { explainKeyConflict, isKeyConflict, takeKeys } from "./customer-keys.ts";
import { createSubjects } from "./create-subjects.ts";
import { toDbCustomerFields } from "./db-customer.ts";

/** Customer, its keys and its subjects in one transaction. */
export const createCustomer = async (db: Db, customer: Customer): Promise<Result<Customer, Conflict>> => {
  try {
    await transact(db, async (tx) => {
      await tx
        .insertInto("customers")
        .values({
          namespace: customer.namespace,
          id: customer.id,
          created_at: toDbInstant(customer.createdAt),
          updated_at: toDbInstant(customer.updatedAt),
          deleted_at: toDbInstantOrNull(customer.deletedAt),
          ...toDbCustomerFields(customer),
        })
        .execute();
      await takeKeys(tx, customer);
      await createSubjects(tx, customer, customer.createdAt);
    });
  } catch (error) {
    if (!isKeyConflict(error)) throw error;
    return err(await explainKeyConflict(db, customer));
  }
  return ok(customer);
};
