import type { Namespace, NamespaceStore } from "@meter/core";
import { err, ok } from "@meter/primitives";
import type { Selectable } from "kysely";
import { fromDbInstant, isStorable, toDbInstant } from "../columns.ts";
import type { Db, NamespacesTable } from "../database.ts";
import { isUniqueViolation } from "../transaction.ts";

/** Listed by key. A conflict's id is the key: a namespace has no other. */
export const createNamespaceStore = (db: Db): NamespaceStore => ({
  create: async (namespace) => {
    try {
      await db
        .insertInto("namespaces")
        .values({ key: namespace.key, name: namespace.name, created_at: toDbInstant(namespace.createdAt) })
        .execute();
      return ok(namespace);
    } catch (error) {
      if (!isUniqueViolation(error, "namespaces_pkey")) throw error;
      return err({
        type: "conflict",
        message: `a namespace with key "${namespace.key}" exists already`,
        conflictingId: namespace.key,
      });
    }
  },
  list: async () => (await db.selectFrom("namespaces").selectAll().orderBy("key").execute()).map(fromDbNamespace),
  find: async (key) => {
    if (!isStorable(key)) return null;
    const row = await db.selectFrom("namespaces").selectAll().where("key", "=", key).executeTakeFirst();
    return row ? fromDbNamespace(row) : null;
  },
});

const fromDbNamespace = (row: Selectable<NamespacesTable>): Namespace => ({
  key: row.key,
  name: row.name,
  createdAt: fromDbInstant(row.created_at),
});
