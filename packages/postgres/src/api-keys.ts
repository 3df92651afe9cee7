import { type ApiKey, type ApiKeyId, type ApiKeyStore, type Scope, scopes } from "@meter/core";
import { assert } from "@meter/primitives";
import { type Selectable, sql } from "kysely";
import { fromDbInstant, fromDbInstantOrNull, isStorable, toDbInstant, toDbInstantOrNull } from "./columns.ts";
import type { ApiKeysTable, Db } from "./database.ts";

/** At most one root key that is not revoked: creating another rejects. `hasRoot` looks for that one. */
export const createApiKeyStore = (db: Db): ApiKeyStore => ({
  create: async (key) => {
    await db.insertInto("api_keys").values(toDbApiKey(key)).execute();
  },
  list: async (namespace) => {
    if (!isStorable(namespace)) return [];
    const rows = await db
      .selectFrom("api_keys")
      .selectAll()
      .where("namespace", "=", namespace)
      .orderBy("created_at", "desc")
      .orderBy("id", "desc")
      .execute();
    return rows.map(fromDbApiKey);
  },
  find: async (id) => {
    if (!isStorable(id)) return null;
    const row = await db.selectFrom("api_keys").selectAll().where("id", "=", id).executeTakeFirst();
    return row ? fromDbApiKey(row) : null;
  },
  revoke: async (namespace, id, at) => {
    if (!isStorable(id)) return null;
    const row = await db
      .updateTable("api_keys")
      .set({ revoked_at: sql<Date>`coalesce(revoked_at, ${toDbInstant(at)})` })
      .where("namespace", "=", namespace)
      .where("id", "=", id)
      .returningAll()
      .executeTakeFirst();
    return row ? fromDbApiKey(row) : null;
  },
  hasRoot: async () =>
    (await db
      .selectFrom("api_keys")
      .select("id")
      .where("root", "=", true)
      .where("revoked_at", "is", null)
      .executeTakeFirst()) !== undefined,
});

const toDbApiKey = (key: ApiKey) => ({
  id: key.id,
  namespace: key.namespace,
  name: key.name,
  scopes: [...key.scopes],
  root: key.root,
  secret_hash: Buffer.from(key.secretHash),
  created_at: toDbInstant(key.createdAt),
  expires_at: toDbInstantOrNull(key.expiresAt),
  revoked_at: toDbInstantOrNull(key.revokedAt),
});

const fromDbApiKey = (row: Selectable<ApiKeysTable>): ApiKey => ({
  id: row.id as ApiKeyId, // what toDbApiKey wrote
  namespace: row.namespace,
  name: row.name,
  scopes: row.scopes.map(fromDbScope),
  root: row.root,
  secretHash: new Uint8Array(row.secret_hash),
  createdAt: fromDbInstant(row.created_at),
  expiresAt: fromDbInstantOrNull(row.expires_at),
  revokedAt: fromDbInstantOrNull(row.revoked_at),
});

const fromDbScope = (text: string): Scope => {
  const scope = scopes.find((known) => known === text);
  assert(scope !== undefined, `an api key has an unknown scope: ${text}`);
  return scope;
};
