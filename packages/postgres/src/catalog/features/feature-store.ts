import { pickFeatureByKey } from "@meter/catalog";
import type { FeatureOrder, FeaturePage, FeatureStore } from "@meter/core";
import { type Expression, type ExpressionBuilder, type SqlBool } from "kysely";
import { isStorable, textArray } from "../../columns.ts";
import type { Db, DB } from "../../database.ts";
import { readOnly } from "../../transaction.ts";
import { archiveFeature } from "./archive.ts";
import { createFeature } from "./create.ts";
import { fromDbFeature } from "./db-feature.ts";

/** Lists sort texts by code point, and equal ones by id. */
export const createFeatureStore = (db: Db): FeatureStore => ({
  create: (feature) => createFeature(db, feature),
  find: async (namespace, idOrKey) => {
    if (!isStorable(namespace) || !isStorable(idOrKey)) return null;
    const rows = await db
      .selectFrom("features")
      .selectAll()
      .where("namespace", "=", namespace)
      .where((is) => is.or([is("id", "=", idOrKey), is("key", "=", idOrKey)]))
      .execute();
    const features = rows.map(fromDbFeature);
    return features.find(({ id }) => id === idOrKey) ?? pickFeatureByKey(features);
  },
  list: (namespace, options) => listFeatures(db, namespace, options),
  archive: (namespace, id, at) => archiveFeature(db, { namespace, id, at }),
});

type ListOptions = Parameters<FeatureStore["list"]>[1];

const listFeatures = async (db: Db, namespace: string, options: ListOptions): Promise<FeaturePage> => {
  if (!isStorable(namespace)) return { items: [], totalCount: 0 };
  return readOnly(db, async (tx) => {
    const matching = tx.selectFrom("features").where((is) => is.and(conditions(is, namespace, options)));
    const { count } = await matching.select((of) => of.fn.countAll<number>().as("count")).executeTakeFirstOrThrow();
    const rows = await matching
      .selectAll()
      .orderBy(orderColumns[options.order.by], options.order.direction)
      .orderBy("id", options.order.direction)
      .limit(options.limit)
      .offset(options.offset)
      .execute();
    return { items: rows.map(fromDbFeature), totalCount: count };
  });
};

const conditions = (
  is: ExpressionBuilder<DB, "features">,
  namespace: string,
  { meterKeys, includeArchived }: ListOptions,
): Expression<SqlBool>[] => {
  const all: Expression<SqlBool>[] = [is("namespace", "=", namespace)];
  if (!includeArchived) all.push(is("archived_at", "is", null));
  if (meterKeys !== undefined) all.push(is("meter_key", "=", is.fn.any(textArray(meterKeys.filter(isStorable)))));
  return all;
};

const orderColumns = {
  id: "id",
  key: "key",
  name: "name",
  createdAt: "created_at",
  updatedAt: "updated_at",
} as const satisfies Record<FeatureOrder["by"], string>;
