import type { PlanStatus, PriceModels } from "@meter/catalog";
import type { PlanFilter, PlanOrder, PlanPage, PlanStore } from "@meter/core";
import type { Instant } from "@meter/primitives";
import { type Expression, type ExpressionBuilder, type SqlBool } from "kysely";
import { isStorable, textArray, toDbInstant } from "../../columns.ts";
import type { Db, DB } from "../../database.ts";
import { readOnly } from "../../transaction.ts";
import { loadPlans } from "./load.ts";

type ListOptions = Parameters<PlanStore["list"]>[1];
type Where = ExpressionBuilder<DB, "plans">;

/** Page 1 is the first. Equal values are ordered by id. Page and total are as of one moment. */
export const listPlans = async (
  db: Db,
  namespace: string,
  { at, filter, order, page, pageSize, models }: ListOptions & Readonly<{ models: PriceModels }>,
): Promise<PlanPage> => {
  if (!isStorable(namespace)) return { items: [], totalCount: 0 };
  return readOnly(db, async (tx) => {
    const matching = tx.selectFrom("plans").where((is) => is.and(conditions(is, namespace, filter, at)));
    const { count } = await matching.select((of) => of.fn.countAll<number>().as("count")).executeTakeFirstOrThrow();
    const rows = await matching
      .selectAll()
      .orderBy(orderColumns[order.by], order.direction)
      .orderBy("id", order.direction)
      .limit(pageSize)
      .offset((page - 1) * pageSize)
      .execute();
    return { items: await loadPlans(tx, rows, models), totalCount: count };
  });
};

const conditions = (is: Where, namespace: string, filter: PlanFilter, at: Instant): Expression<SqlBool>[] => {
  const all: Expression<SqlBool>[] = [is("namespace", "=", namespace)];
  if (!filter.includeDeleted) all.push(is("deleted_at", "is", null));
  const named = namedBy(is, filter);
  if (named !== null) all.push(is.or(named));
  if (filter.statuses !== undefined) all.push(is.or(filter.statuses.map((status) => hasStatus(is, status, at))));
  return all;
};

/** One of these must hold; null: there are no such filters. */
const namedBy = (is: Where, { ids, keys, keyVersions, currencies }: PlanFilter): Expression<SqlBool>[] | null => {
  if ([ids, keys, keyVersions, currencies].every((filter) => filter === undefined)) return null;
  const oneOf = (column: "id" | "key" | "currency", values: readonly string[] | undefined): Expression<SqlBool>[] =>
    values === undefined ? [] : [is(column, "=", is.fn.any(textArray(values.filter(isStorable))))];
  const versions = [...(keyVersions ?? [])]
    .filter(([key]) => isStorable(key))
    .map(([key, numbers]) =>
      numbers.length === 0 ? is("key", "=", key) : is.and([is("key", "=", key), is("version", "in", numbers)]),
    );
  return [...oneOf("id", ids), ...oneOf("key", keys), ...versions, ...oneOf("currency", currencies)];
};

/** The same as `planStatusAt`. */
const hasStatus = (is: Where, status: PlanStatus, instant: Instant): Expression<SqlBool> => {
  const at = toDbInstant(instant);
  const notEnded = is.or([is("effective_to", "is", null), is("effective_to", ">", at)]);
  switch (status) {
    case "draft":
      return is.and([is("effective_from", "is", null), is("effective_to", "is", null)]);
    case "archived":
      return is("effective_to", "<=", at);
    case "scheduled":
      return is.and([is("effective_from", ">", at), notEnded]);
    case "active":
      return is.and([is("effective_from", "<=", at), notEnded]);
  }
};

const orderColumns = {
  id: "id",
  key: "key",
  version: "version",
  createdAt: "created_at",
  updatedAt: "updated_at",
} as const satisfies Record<PlanOrder["by"], string>;
