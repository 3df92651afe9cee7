import { assert } from "@meter/primitives";
import pg from "pg";

/** The server ends a statement that takes longer; the query rejects. */
export const statementTimeoutMs = 30_000;
export const connectionTimeoutMs = 10_000;
/** How long a transaction may hold its locks without a statement. */
export const idleInTransactionTimeoutMs = 60_000;
const keepAliveDelayMs = 10_000;

export type PoolOptions = Readonly<{ url: string; poolSize: number; onError: (error: Error) => void }>;

/**
 * A lost connection rejects the query that runs on it, and is replaced by the next one that is needed; nothing is
 * repeated silently. `onError` hears of connections that were lost while nobody used them.
 */
export const createPool = ({ url, poolSize, onError }: PoolOptions): pg.Pool => {
  const pool = new pg.Pool({
    ...connectionConfig(url),
    max: poolSize,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    types: { getTypeParser },
  });
  pool.on("error", onError);
  // A connection that is lost between two statements of a transaction has no query to reject, and the pool has taken its
  // own listener off: without this one the process would end. The next statement rejects.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
};

export const connectionConfig = (url: string): pg.ClientConfig => ({
  connectionString: url,
  application_name: "meter",
  connectionTimeoutMillis: connectionTimeoutMs,
  keepAlive: true,
  keepAliveInitialDelayMillis: keepAliveDelayMs,
});

/** `bigint` (offsets, counts) as number. Throws beyond 2^53 − 1: a rounded offset would be another one. */
export const parseSafeInteger = (text: string): number => {
  const value = Number(text);
  assert(Number.isSafeInteger(value), `not a safe integer: ${text}`);
  return value;
};

const getTypeParser = (oid: number, format?: "text" | "binary"): ((value: string) => unknown) =>
  oid === pg.types.builtins.INT8 && format !== "binary"
    ? parseSafeInteger
    : pg.types.getTypeParser(oid, format as "text");
