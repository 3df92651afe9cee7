import type { MeterWithBuilds } from "@meter/core";
import { buildColumns, fromDbBuild } from "../builds/db-build.ts";
import { isStorable } from "../../columns.ts";
import type { Db } from "../../database.ts";
import { fromDbMeter } from "./db-meter.ts";

/** Meter and builds as of one moment: a completion between two statements would show no current build, or two. */
export const findMeter = async (db: Db, namespace: string, idOrKey: string): Promise<MeterWithBuilds | null> => {
  if (!isStorable(namespace) || !isStorable(idOrKey)) return null;
  return db
    .transaction()
    .setIsolationLevel("repeatable read")
    .setAccessMode("read only")
    .execute(async (tx) => {
      const row = await tx
        .selectFrom("meters")
        .selectAll()
        .where("namespace", "=", namespace)
        .where((is) => is.or([is("id", "=", idOrKey), is.and([is("key", "=", idOrKey), is("deleted_at", "is", null)])]))
        .orderBy((is) => is("id", "=", idOrKey), "desc")
        .executeTakeFirst();
      if (!row) return null;
      const builds = await tx
        .selectFrom("meter_builds")
        .select(buildColumns)
        .select("status")
        .where("namespace", "=", namespace)
        .where("meter_id", "=", row.id)
        .where("status", "<>", "ended")
        .execute();
      const current = builds.find(({ status }) => status === "current");
      const pending = builds.find(({ status }) => status === "pending");
      return {
        meter: fromDbMeter(row),
        current: current ? fromDbBuild(current) : null,
        pending: pending ? fromDbBuild(pending) : null,
      };
    });
};
