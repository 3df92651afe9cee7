import type { MeterOrder, MeterStore } from "@meter/core";
import type { BuildChanges } from "../builds/build-changes.ts";
import { isStorable, textArray } from "../../columns.ts";
import type { Db } from "../../database.ts";
import { createMeter } from "./create.ts";
import { fromDbMeter } from "./db-meter.ts";
import { deleteMeter } from "./delete.ts";
import { findMeter } from "./find.ts";
import { updateMeter } from "./update.ts";

/** Lists sort texts by code point, and equal ones by id. */
export const createMeterStore = (db: Db, changes: BuildChanges): MeterStore => ({
  create: (meter, build) => createMeter(db, changes, meter, build),
  list: async (namespace, { order, includeDeleted }) => {
    if (!isStorable(namespace)) return [];
    let query = db
      .selectFrom("meters")
      .selectAll()
      .where("namespace", "=", namespace)
      .orderBy(orderColumns[order.by], order.direction)
      .orderBy("id", order.direction);
    if (!includeDeleted) query = query.where("deleted_at", "is", null);
    return (await query.execute()).map(fromDbMeter);
  },
  find: (namespace, idOrKey) => findMeter(db, namespace, idOrKey),
  update: (namespace, id, change) => updateMeter(db, changes, { namespace, id }, change),
  delete: (namespace, id, at) => deleteMeter(db, changes, { namespace, id, ...at }),
  listByEventTypes: async (namespace, eventTypes) => {
    const rows = await db
      .selectFrom("meters")
      .selectAll()
      .where("namespace", "=", namespace)
      .where("deleted_at", "is", null)
      .where((is) => is("event_type", "=", is.fn.any(textArray(eventTypes.filter(isStorable)))))
      .orderBy("key")
      .execute();
    return rows.map(fromDbMeter);
  },
});

const orderColumns = {
  key: "key",
  name: "name",
  aggregation: "aggregation",
  createdAt: "created_at",
  updatedAt: "updated_at",
} as const satisfies Record<MeterOrder["by"], string>;
