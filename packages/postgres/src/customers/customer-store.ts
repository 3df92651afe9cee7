import type { CustomerId, CustomerStore } from "@meter/core";
import { isStorable, textArray, toDbInstant } from "../columns.ts";
import type { Db } from "../database.ts";
import { transact } from "../transaction.ts";
import { createCustomer } from "./create.ts";
import { releaseKeys } from "./customer-keys.ts";
import { fromDbCustomer } from "./db-customer.ts";
import { listCustomers } from "./list.ts";
import { updateCustomer } from "./update.ts";

/** `find` answers by id (deleted ones, too) or by key (live ones only); `findMany` deleted ones, too, by id. */
export const createCustomerStore = (db: Db): CustomerStore => ({
  create: (customer) => createCustomer(db, customer),
  find: async (namespace, idOrKey) => {
    if (!isStorable(namespace) || !isStorable(idOrKey)) return null;
    const row = await db
      .selectFrom("customers")
      .selectAll()
      .where("namespace", "=", namespace)
      .where((is) =>
        is.or([
          is("id", "=", idOrKey),
          is(
            "id",
            "=",
            is
              .selectFrom("customer_keys")
              .select("customer_id")
              .where("namespace", "=", namespace)
              .where("text", "=", idOrKey)
              .where("is_key", "=", true),
          ),
        ]),
      )
      // a live customer's key may be the id of a deleted one
      .orderBy("deleted_at", (order) => order.asc().nullsFirst())
      .executeTakeFirst();
    return row ? fromDbCustomer(row) : null;
  },
  findMany: async (namespace, ids) => {
    const rows = await db
      .selectFrom("customers")
      .selectAll()
      .where("namespace", "=", namespace)
      .where((is) => is("id", "=", is.fn.any(textArray(ids.filter(isStorable)))))
      .orderBy("id")
      .execute();
    return rows.map(fromDbCustomer);
  },
  list: (namespace, options) => listCustomers(db, namespace, options),
  update: (namespace, id, fields, updatedAt) => updateCustomer(db, { namespace, id, fields, updatedAt }),
  delete: async (namespace, id, at) =>
    transact(db, async (tx) => {
      const row = await tx
        .updateTable("customers")
        .set({ deleted_at: toDbInstant(at) })
        .where("namespace", "=", namespace)
        .where("id", "=", id)
        .where("deleted_at", "is", null)
        .returning("id")
        .executeTakeFirst();
      if (!row) return false;
      await releaseKeys(tx, { namespace, id });
      return true;
    }),
  attribute: async (namespace, subjects) => {
    // One customer per text: the customer whose key a subject is, and the one whose subject key it is, are never two.
    const rows = await db
      .selectFrom("customer_keys")
      .select(["text", "customer_id"])
      .where("namespace", "=", namespace)
      .where((is) => is("text", "=", is.fn.any(textArray(subjects.filter(isStorable)))))
      .where((is) => is.or([is("is_key", "=", true), is("is_subject_key", "=", true)]))
      .execute();
    return new Map(rows.map((row) => [row.text, row.customer_id as CustomerId])); // what createCustomer wrote
  },
});
