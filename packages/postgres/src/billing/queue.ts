import type { CustomerId, DueCustomer, DueOrder, ParkedBilling } from "@meter/core";
import { assert, type Instant } from "@meter/primitives";
import type { Selectable, SelectQueryBuilder } from "kysely";
import {
  fromDbInstant,
  fromDbInstantOrNull,
  isStorable,
  toDbInstant,
  toDbInstantOrNull,
  toDbReason,
} from "../columns.ts";
import type { CustomerBillingTable, DB, Db, Tx } from "../database.ts";

/**
 * Locks whoever is due first; the lock ends with the transaction, or with its connection. In order, somebody whom another one
 * holds is waited for, and null also says that things have changed meanwhile; otherwise they are passed by, and those that
 * failed before come last.
 */
export const claimNextDue = async (tx: Tx, until: Instant, order: DueOrder): Promise<DueCustomer | null> => {
  const due = dueQuery(tx, until).limit(1).forUpdate();
  if (order === "whoever_is_free") {
    const row = await due
      .orderBy((of) => of("parked_attempts", ">", 0))
      .orderBy("due_at")
      .orderBy("namespace")
      .orderBy("customer_id")
      .skipLocked()
      .executeTakeFirst();
    return row === undefined ? null : fromDbDue(row);
  }
  const row = await due.orderBy("due_at").orderBy("namespace").orderBy("customer_id").executeTakeFirst();
  if (row === undefined) return null;
  const claimed = fromDbDue(row);
  // Whoever held it may have made it due later: then it is not the first any more.
  const earlier = await dueQuery(tx, until)
    .where("due_at", "<", toDbInstant(claimed.dueAt))
    .limit(1)
    .executeTakeFirst();
  return earlier === undefined ? claimed : null;
};

/** Locks this customer, unless it is not due at that instant any more. Waits for whoever has it. */
export const claimDue = async (tx: Tx, { namespace, customerId, dueAt }: DueCustomer): Promise<boolean> => {
  const row = await dueQuery(tx, dueAt)
    .where("namespace", "=", namespace)
    .where("customer_id", "=", customerId)
    .where("due_at", "=", toDbInstant(dueAt))
    .forUpdate()
    .executeTakeFirst();
  return row !== undefined;
};

const dueQuery = (
  tx: Tx,
  until: Instant,
): SelectQueryBuilder<DB, "customer_billing", Selectable<CustomerBillingTable>> =>
  tx
    .selectFrom("customer_billing")
    .selectAll()
    .where("due_at", "<=", toDbInstant(until))
    .where("parked_at", "is", null);

export const countDue = async (db: Db, until: Instant): Promise<number> => {
  const { count } = await db
    .selectFrom("customer_billing")
    .select((of) => of.fn.countAll<number>().as("count"))
    .where("due_at", "<=", toDbInstant(until))
    .where("parked_at", "is", null)
    .executeTakeFirstOrThrow();
  return count;
};

export const nextDueAt = async (db: Db): Promise<Instant | null> => {
  const { first } = await db
    .selectFrom("customer_billing")
    .select((of) => of.fn.min("due_at").as("first"))
    .where("due_at", "is not", null)
    .where("parked_at", "is", null)
    .executeTakeFirstOrThrow();
  return fromDbInstantOrNull(first);
};

export const setDue = async (
  tx: Tx,
  { namespace, customerId, dueAt }: Readonly<{ namespace: string; customerId: CustomerId; dueAt: Instant | null }>,
): Promise<void> => {
  await tx
    .updateTable("customer_billing")
    .set({ due_at: toDbInstantOrNull(dueAt), parked_attempts: 0, ...notParked })
    .where("namespace", "=", namespace)
    .where("customer_id", "=", customerId)
    .execute();
};

/** Does nothing when somebody has changed meanwhile when the customer is due: then it is another piece of work. */
export const park = async (db: Db, parked: ParkedBilling): Promise<void> => {
  await db
    .updateTable("customer_billing")
    .set({
      parked_attempts: parked.attempts,
      parked_at: toDbInstant(parked.parkedAt),
      parked_reason: toDbReason(parked.reason),
      retry_at: toDbInstant(parked.retryAt),
    })
    .where("namespace", "=", parked.namespace)
    .where("customer_id", "=", parked.customerId)
    .where("due_at", "=", toDbInstant(parked.dueAt))
    .execute();
};

/** Attempts are kept: they end with the next `setDue`. */
export const unpark = async (db: Db, retryAt: Instant | null): Promise<void> => {
  let update = db.updateTable("customer_billing").set(notParked).where("parked_at", "is not", null);
  if (retryAt !== null) update = update.where("retry_at", "<=", toDbInstant(retryAt));
  await update.execute();
};

export const listParked = async (db: Db, namespace: string | null): Promise<readonly ParkedBilling[]> => {
  if (namespace !== null && !isStorable(namespace)) return [];
  let query = db
    .selectFrom("customer_billing")
    .selectAll()
    .where("parked_at", "is not", null)
    .orderBy("due_at")
    .orderBy("namespace")
    .orderBy("customer_id");
  if (namespace !== null) query = query.where("namespace", "=", namespace);
  return (await query.execute()).map(fromDbParked);
};

export const countParked = async (db: Db, max: number): Promise<number> => {
  const { count } = await db
    .selectFrom((from) =>
      from
        .selectFrom("customer_billing")
        .select("customer_id")
        .where("parked_at", "is not", null)
        .limit(max)
        .as("some"),
    )
    .select((of) => of.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return count;
};

const notParked = { parked_at: null, parked_reason: null, retry_at: null };

const fromDbDue = (row: Selectable<CustomerBillingTable>): DueCustomer => {
  assert(row.due_at !== null, "whoever was claimed or is parked is due");
  return {
    namespace: row.namespace,
    customerId: row.customer_id as CustomerId, // by customer_billing_customer_fkey
    dueAt: fromDbInstant(row.due_at),
    attempts: row.parked_attempts,
  };
};

const fromDbParked = (row: Selectable<CustomerBillingTable>): ParkedBilling => {
  const { parked_at, parked_reason, retry_at } = row;
  assert(parked_at !== null && parked_reason !== null && retry_at !== null, "customer_billing_parked_check holds");
  return {
    ...fromDbDue(row),
    reason: parked_reason,
    parkedAt: fromDbInstant(parked_at),
    retryAt: fromDbInstant(retry_at),
  };
};
