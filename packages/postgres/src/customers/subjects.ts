import type { Subject, SubjectFields, SubjectId, SubjectStore } from "@meter/core";
import { assert, type Instant } from "@meter/primitives";
import type { Selectable } from "kysely";
import {
  fromDbInstant,
  fromDbInstantOrNull,
  isStorable,
  textArray,
  toDbInstant,
  toDbInstantOrNull,
  toDbJson,
} from "../columns.ts";
import type { Db, SubjectsTable, Tx } from "../database.ts";
import { transact } from "../transaction.ts";

/** Live subjects only: a deleted one is not found, and its key is free again. Listed by id. */
export const createSubjectStore = (db: Db): SubjectStore => ({
  list: async (namespace) => {
    if (!isStorable(namespace)) return [];
    const rows = await db
      .selectFrom("subjects")
      .selectAll()
      .where("namespace", "=", namespace)
      .where("deleted_at", "is", null)
      .orderBy("id")
      .execute();
    return rows.map(fromDbSubject);
  },
  upsert: async (namespace, subjects, ids, at) =>
    transact(db, (tx) => upsertSubjects(tx, { namespace, subjects, ids, at })),
  find: async (namespace, idOrKey) => {
    if (!isStorable(namespace) || !isStorable(idOrKey)) return null;
    const row = await db
      .selectFrom("subjects")
      .selectAll()
      .where("namespace", "=", namespace)
      .where("deleted_at", "is", null)
      .where((is) => is.or([is("id", "=", idOrKey), is("key", "=", idOrKey)]))
      .orderBy((is) => is("id", "=", idOrKey), "desc")
      .executeTakeFirst();
    return row ? fromDbSubject(row) : null;
  },
  findByKeys: async (namespace, keys) => {
    const rows = await db
      .selectFrom("subjects")
      .selectAll()
      .where("namespace", "=", namespace)
      .where("deleted_at", "is", null)
      .where((is) => is("key", "=", is.fn.any(textArray(keys.filter(isStorable)))))
      .orderBy("id")
      .execute();
    return rows.map(fromDbSubject);
  },
  delete: async (namespace, id, at) => {
    if (!isStorable(id)) return false;
    const row = await db
      .updateTable("subjects")
      .set({ deleted_at: toDbInstant(at) })
      .where("namespace", "=", namespace)
      .where("id", "=", id)
      .where("deleted_at", "is", null)
      .returning("id")
      .executeTakeFirst();
    return row !== undefined;
  },
});

type Upsert = Readonly<{
  namespace: string;
  subjects: readonly SubjectFields[];
  ids: readonly SubjectId[];
  at: Instant;
}>;

/**
 * `ids[i]` is for `subjects[i]`, where that is new. A key that comes twice is applied twice, in the order given; each
 * answer is the subject after its own step. Rows are locked in order of key, so that two calls do not wait for each other.
 */
const upsertSubjects = async (tx: Tx, { namespace, subjects, ids, at }: Upsert): Promise<readonly Subject[]> => {
  const byKey = subjects
    .map((fields, index) => ({ fields, index }))
    .toSorted((a, b) => (a.fields.key < b.fields.key ? -1 : a.fields.key > b.fields.key ? 1 : a.index - b.index));
  const answers: Subject[] = [];
  for (const { fields, index } of byKey) {
    const id = ids[index];
    assert(id !== undefined, "an id for every subject");
    const changes = toDbChanges(fields);
    const row = await tx
      .insertInto("subjects")
      .values({ namespace, id, key: fields.key, ...changes, created_at: toDbInstant(at), updated_at: toDbInstant(at) })
      .onConflict((conflict) =>
        conflict
          .columns(["namespace", "key"])
          .where("deleted_at", "is", null)
          .doUpdateSet({ ...changes, updated_at: toDbInstant(at) }),
      )
      .returningAll()
      .executeTakeFirstOrThrow();
    answers[index] = fromDbSubject(row);
  }
  return answers;
};

/** Absent fields stay absent, so that the statement does not name their columns. */
const toDbChanges = (fields: SubjectFields) => ({
  ...(fields.displayName === undefined ? {} : { display_name: fields.displayName }),
  ...(fields.metadata === undefined ? {} : { metadata: toDbJson(fields.metadata) }),
  ...(fields.stripeCustomerId === undefined ? {} : { stripe_customer_id: fields.stripeCustomerId }),
  ...(fields.currentPeriodStart === undefined
    ? {}
    : { current_period_start: toDbInstantOrNull(fields.currentPeriodStart) }),
  ...(fields.currentPeriodEnd === undefined ? {} : { current_period_end: toDbInstantOrNull(fields.currentPeriodEnd) }),
});

/** Makes the subjects that are not there yet, with nothing but their keys. */
export const ensureSubjects = async (
  tx: Tx,
  {
    namespace,
    subjects,
    at,
  }: Readonly<{ namespace: string; subjects: readonly Readonly<{ id: string; key: string }>[]; at: Instant }>,
): Promise<void> => {
  if (subjects.length === 0) return;
  const sorted = subjects.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  await tx
    .insertInto("subjects")
    .values(
      sorted.map(({ id, key }) => ({ namespace, id, key, created_at: toDbInstant(at), updated_at: toDbInstant(at) })),
    )
    .onConflict((conflict) => conflict.columns(["namespace", "key"]).where("deleted_at", "is", null).doNothing())
    .execute();
};

const fromDbSubject = (row: Selectable<SubjectsTable>): Subject => ({
  id: row.id as SubjectId, // what upsert or ensureSubjects wrote
  namespace: row.namespace,
  key: row.key,
  displayName: row.display_name,
  metadata: row.metadata as Subject["metadata"], // an object, as it was written
  stripeCustomerId: row.stripe_customer_id,
  currentPeriodStart: fromDbInstantOrNull(row.current_period_start),
  currentPeriodEnd: fromDbInstantOrNull(row.current_period_end),
  createdAt: fromDbInstant(row.created_at),
  updatedAt: fromDbInstant(row.updated_at),
  deletedAt: fromDbInstantOrNull(row.deleted_at),
});
