import { type ApiKey, type ApiKeyId, type ApiKeyStore, type Scope, scopes } from "@meter/core";
import { assert, err, ok } from "@meter/primitives";
import { type Selectable, sql } from "kysely";
import { fromDbInstant, fromDbInstantOrNull, isStorable, toDbInstant, toDbInstantOrNull } from "../columns.ts";
import type { ApiKeysTable, Db, Tx } from "../database.ts";
import { transact } from "../transaction.ts";

/** Of live root keys, at most one was minted by nobody: creating another rejects. */
export const createApiKeyStore = (db: Db): ApiKeyStore => ({
  create: (key) =>
    changeKeys(db, async (tx) => {
      if (key.mintedBy !== null && (await isRevoked(tx, key.mintedBy))) return err({ type: "actor_revoked" });
      await tx.insertInto("api_keys").values(toDbApiKey(key)).execute();
      return ok(key);
    }),
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
  listMinted: async (id) => (isStorable(id) ? await findLiveMinted(db, id) : []),
  revoke: ({ namespace, id, at, cascade, by }) =>
    changeKeys(db, async (tx) => {
      if (by !== null && (await isRevoked(tx, by))) return err({ type: "actor_revoked" });
      const key = await lookUp(tx, namespace, id);
      if (key === null) return err({ type: "api_key_not_found" });
      const minted = await findLiveMinted(tx, id);
      const taken = [key, ...(cascade ? minted : [])];
      if (taken.some(isLiveRoot) && !(await hasOtherRoot(tx, taken))) return err({ type: "last_root_key" });
      await tx
        .updateTable("api_keys")
        .set({ revoked_at: toDbInstant(at) })
        .where("id", "=", sql<string>`any(${taken.map((one) => one.id)})`)
        .where("revoked_at", "is", null)
        .execute();
      const after = (one: ApiKey): ApiKey => ({ ...one, revokedAt: one.revokedAt ?? at });
      return ok({ key: after(key), minted: cascade ? minted.map(after) : minted });
    }),
  hasRoot: async () =>
    (await db
      .selectFrom("api_keys")
      .select("id")
      .where("root", "=", true)
      .where("revoked_at", "is", null)
      .executeTakeFirst()) !== undefined,
});

/** One change after another: what it decides by cannot be changed by another before it is done. Reads go on. */
const changeKeys = <T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> =>
  transact(db, async (tx) => {
    await sql`lock table api_keys in share row exclusive mode`.execute(tx);
    return await work(tx);
  });

const isRevoked = async (tx: Tx, id: ApiKeyId): Promise<boolean> => {
  const row = await tx.selectFrom("api_keys").select("revoked_at").where("id", "=", id).executeTakeFirst();
  return row?.revoked_at !== null;
};

const lookUp = async (tx: Tx, namespace: string, id: ApiKeyId): Promise<ApiKey | null> => {
  if (!isStorable(id) || !isStorable(namespace)) return null;
  const row = await tx
    .selectFrom("api_keys")
    .selectAll()
    .where("namespace", "=", namespace)
    .where("id", "=", id)
    .executeTakeFirst();
  return row ? fromDbApiKey(row) : null;
};

/** Through keys that are revoked, too: what they minted before lives on. */
const findLiveMinted = async (db: Db, id: ApiKeyId): Promise<readonly ApiKey[]> => {
  const rows = await db
    .withRecursive("minted", (root) =>
      root
        .selectFrom("api_keys")
        .select("id")
        .where("minted_by", "=", id)
        .union((step) =>
          step.selectFrom("api_keys").innerJoin("minted", "minted.id", "api_keys.minted_by").select("api_keys.id"),
        ),
    )
    .selectFrom("api_keys")
    .innerJoin("minted", "minted.id", "api_keys.id")
    .selectAll("api_keys")
    .where("revoked_at", "is", null)
    .orderBy("created_at", "desc")
    .orderBy("api_keys.id", "desc")
    .execute();
  return rows.map(fromDbApiKey);
};

const isLiveRoot = (key: ApiKey): boolean => key.root && key.revokedAt === null;

const hasOtherRoot = async (tx: Tx, keys: readonly ApiKey[]): Promise<boolean> =>
  (await tx
    .selectFrom("api_keys")
    .select("id")
    .where("root", "=", true)
    .where("revoked_at", "is", null)
    .where("id", "<>", sql<string>`all(${keys.map((key) => key.id)})`)
    .executeTakeFirst()) !== undefined;

const toDbApiKey = (key: ApiKey) => ({
  id: key.id,
  namespace: key.namespace,
  name: key.name,
  scopes: [...key.scopes],
  root: key.root,
  minted_by: key.mintedBy,
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
  mintedBy: row.minted_by as ApiKeyId | null, // likewise
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
