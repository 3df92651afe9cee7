import type { PriceModels } from "@meter/catalog";
import type { InvoiceFilter } from "@meter/core";
import type { Invoice, InvoiceId } from "@meter/invoicing";
import type { Expression, ExpressionBuilder, SqlBool } from "kysely";
import { isStorable, textArray, toDbInstant } from "../columns.ts";
import type { Db, DB, InvoicesTable } from "../database.ts";
import { readOnly } from "../transaction.ts";
import { loadInvoices } from "./load-invoices.ts";

type Where = ExpressionBuilder<DB, "invoices">;

/**
 * Page 1 is the first. Bounds of instants are inclusive; what has no instant lies in none. Equal values are ordered by id; what
 * is not issued counts as issued after everything else. Page and total are as of one moment.
 */
export const listInvoices = async (
  db: Db,
  namespace: string,
  { models, ...filter }: InvoiceFilter & Readonly<{ models: PriceModels }>,
): Promise<Readonly<{ items: readonly Invoice[]; totalCount: number }>> => {
  if (!isStorable(namespace)) return { items: [], totalCount: 0 };
  return readOnly(db, async (tx) => {
    const matching = tx.selectFrom("invoices").where((is) => is.and(conditions(is, namespace, filter)));
    const { count } = await matching.select((of) => of.fn.countAll<number>().as("count")).executeTakeFirstOrThrow();
    const rows = await matching
      .selectAll()
      .orderBy(orderColumns[filter.order.by], filter.order.direction)
      .orderBy("id", filter.order.direction)
      .limit(filter.pageSize)
      .offset((filter.page - 1) * filter.pageSize)
      .execute();
    return { items: await loadInvoices(tx, rows, models), totalCount: count };
  });
};

/** What is not a draft, by id, after `after`. As of one moment. */
export const listForChecks = async (
  db: Db,
  namespace: string,
  { after, limit, models }: Readonly<{ after: InvoiceId | null; limit: number; models: PriceModels }>,
): Promise<readonly Invoice[]> => {
  if (!isStorable(namespace)) return [];
  return readOnly(db, async (tx) => {
    let query = tx
      .selectFrom("invoices")
      .selectAll()
      .where("namespace", "=", namespace)
      .where("status", "<>", "draft")
      .orderBy("id")
      .limit(limit);
    if (after !== null) query = query.where("id", ">", after);
    return loadInvoices(tx, await query.execute(), models);
  });
};

const orderColumns = {
  "customer.name": "customer_name",
  issuedAt: "issued_at",
  status: "status",
  createdAt: "created_at",
  updatedAt: "updated_at",
  periodStart: "period_start",
} as const satisfies Record<InvoiceFilter["order"]["by"], keyof InvoicesTable>;

const conditions = (
  is: Where,
  namespace: string,
  filter: Omit<InvoiceFilter, "page" | "pageSize" | "order">,
): Expression<SqlBool>[] => {
  const all: Expression<SqlBool>[] = [is("namespace", "=", namespace)];
  const { statuses, customers, issuedAfter, issuedBefore, createdAfter, createdBefore } = filter;
  if (statuses !== null) all.push(oneOf(is, "status", statuses));
  if (customers !== null) all.push(oneOf(is, "customer_id", customers));
  if (issuedAfter !== null) all.push(is("issued_at", ">=", toDbInstant(issuedAfter)));
  if (issuedBefore !== null) all.push(is("issued_at", "<=", toDbInstant(issuedBefore)));
  if (createdAfter !== null) all.push(is("created_at", ">=", toDbInstant(createdAfter)));
  if (createdBefore !== null) all.push(is("created_at", "<=", toDbInstant(createdBefore)));
  return all;
};

const oneOf = (is: Where, column: "status" | "customer_id", values: readonly string[]): Expression<SqlBool> =>
  is(is.ref(column).$castTo<string>(), "=", is.fn.any(textArray(values.filter(isStorable))));
