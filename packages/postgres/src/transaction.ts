import pg from "pg";
import type { Db, Tx } from "./database.ts";

/** Tries of one transaction that the server broke off to resolve a deadlock. */
const deadlockTriesMax = 5;

/**
 * Runs `work` in a transaction. A deadlock is tried again: the server has undone the whole transaction, so nothing can
 * happen twice. Every other failure rejects, a lost connection, too.
 */
export const transact = async <T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (!isDeadlock(error) || attempt === deadlockTriesMax) throw error;
    }
  }
};

/** Several reads as of one moment. */
export const readOnly = async <T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> =>
  db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(work);

export const isUniqueViolation = (error: unknown, constraint: string): boolean =>
  error instanceof pg.DatabaseError && error.code === "23505" && error.constraint === constraint;

const isDeadlock = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === "40P01";
