import type { Conflict, Customer, CustomerFields, CustomerId } from "@meter/core";
import { err, type Instant, ok, type Result } from "@meter/primitives";
import { toDbInstant } from "../columns.ts";
import type { Db } from "../database.ts";
import { transact } from "../transaction.ts";
import { createSubjects } from "./create-subjects.ts";
import { explainKeyConflict, isKeyConflict, releaseKeys, takeKeys } from "./customer-keys.ts";
import { fromDbCustomer, toDbCustomerFields } from "./db-customer.ts";

export type CustomerUpdate = Readonly<{
  namespace: string;
  id: CustomerId;
  fields: CustomerFields;
  updatedAt: Instant;
}>;

/** Replaces every field of a live customer. Null when there is none. */
export const updateCustomer = async (
  db: Db,
  { namespace, id, fields, updatedAt }: CustomerUpdate,
): Promise<Result<Customer, Conflict> | null> => {
  try {
    return await transact(db, async (tx) => {
      const row = await tx
        .updateTable("customers")
        .set({ ...toDbCustomerFields(fields), updated_at: toDbInstant(updatedAt) })
        .where("namespace", "=", namespace)
        .where("id", "=", id)
        .where("deleted_at", "is", null)
        .returningAll()
        .executeTakeFirst();
      if (!row) return null;
      const customer = fromDbCustomer(row);
      await releaseKeys(tx, customer);
      await takeKeys(tx, customer);
      await createSubjects(tx, customer, updatedAt);
      return ok(customer);
    });
  } catch (error) {
    if (!isKeyConflict(error)) throw error;
    return err(await explainKeyConflict(db, { namespace, id, key: fields.key, subjectKeys: fields.subjectKeys }));
  }
};
