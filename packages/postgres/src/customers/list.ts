import type { CustomerPage, CustomerStore } from "@meter/core";
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from "kysely";
import { isStorable } from "../columns.ts";
import type { CustomersTable, Db, DB } from "../database.ts";
import { fromDbCustomer } from "./db-customer.ts";

export type CustomerListOptions = Parameters<CustomerStore["list"]>[1];

/** Page 1 is the first. Equal names and instants are ordered by id. Page and total are as of one moment. */
export const listCustomers = async (db: Db, namespace: string, options: CustomerListOptions): Promise<CustomerPage> => {
  const texts = [namespace, options.key, options.name, options.primaryEmail, options.subject];
  if (!texts.every((text) => text === undefined || isStorable(text))) return { items: [], totalCount: 0 };
  return db
    .transaction()
    .setIsolationLevel("repeatable read")
    .setAccessMode("read only")
    .execute(async (tx) => {
      const matching = tx.selectFrom("customers").where((is) => is.and(conditions(is, namespace, options)));
      const { count } = await matching.select((of) => of.fn.countAll<number>().as("count")).executeTakeFirstOrThrow();
      const rows = await matching
        .selectAll()
        .orderBy(orderColumns[options.order.by], options.order.direction)
        .orderBy("id", options.order.direction)
        .limit(options.pageSize)
        .offset((options.page - 1) * options.pageSize)
        .execute();
      return { items: rows.map(fromDbCustomer), totalCount: count };
    });
};

const orderColumns = { id: "id", name: "name", createdAt: "created_at" } as const satisfies Record<
  CustomerListOptions["order"]["by"],
  keyof CustomersTable
>;

const conditions = (
  is: ExpressionBuilder<DB, "customers">,
  namespace: string,
  options: CustomerListOptions,
): Expression<SqlBool>[] => {
  const all: Expression<SqlBool>[] = [is("namespace", "=", namespace)];
  if (!options.includeDeleted) all.push(is("deleted_at", "is", null));
  if (options.key !== undefined) all.push(contains(is.ref("key"), options.key));
  if (options.name !== undefined) all.push(contains(is.ref("name"), options.name));
  if (options.primaryEmail !== undefined) all.push(contains(is.ref("primary_email"), options.primaryEmail));
  if (options.subject !== undefined) {
    const matches = contains(sql.ref("subject_key"), options.subject);
    all.push(sql<SqlBool>`exists (select from unnest(subject_keys) as subject_key where ${matches})`);
  }
  return all;
};

/** Case is folded by Unicode, whatever the locale of the database: with "C" only ASCII would be. */
const contains = (column: Expression<unknown>, part: string): Expression<SqlBool> =>
  sql<SqlBool>`${column} collate "pg_unicode_fast" ilike ${`%${escapeLike(part)}%`}`;

const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, "\\$&");
