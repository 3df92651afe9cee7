import { ClickHouseError, ClickHouseLogLevel, type ClickHouseClient, createClient } from "@clickhouse/client";
import { UsageUnavailable } from "@meter/core";
import { randomUUID } from "node:crypto";
import { ddlSettings, readSettings } from "./settings.ts";
import type { Statement } from "./statement.ts";
import { answerFormat, answerSettings, CutAnswer, isDone, readWhole } from "./whole-answer.ts";

/** Where the engine can be reached. `life` changes with every restart: what one life was told, the next does not know. */
export type ClickHouseEndpoint = Readonly<{
  url: string;
  username: string;
  password: string;
  headers: Readonly<Record<string, string>>;
  life: string | number;
}>;

/** Resolves to the running engine, waiting while it restarts; rejects when it will not come in time. */
export type Connect = () => Promise<ClickHouseEndpoint>;

/** Requests that are open at once; more wait in the client. */
const openRequestsMax = 64;

/** A socket without a byte for this long is given up: the limit of DDL, deletions and checks, which have no shorter one of their own. */
export const silentSocketMs = 600_000;

/** The client's own bound for one read: a little more than the engine's, so that the engine's error comes first. */
const readTimeoutMs = 40_000;

export type Row = readonly unknown[];

export type ReadOptions = Readonly<{
  settings?: Readonly<Record<string, string | number>>;
  /** Our own bound of the whole read, waiting for an engine that restarts included. */
  timeoutMs?: number;
}>;

/** Requests to whichever life of the engine is the current one. */
export type Connection = Readonly<{
  client: () => Promise<ClickHouseClient>;
  /**
   * All rows of a read, of an answer that has proved to be whole. A read that loses its connection, or whose answer is
   * cut, is asked once more in what is left of its time, of the engine that then runs. Rejects with UsageUnavailable.
   */
  read: (statement: Statement, options?: ReadOptions) => Promise<readonly Row[]>;
  /**
   * One statement without rows: DDL, SYSTEM, mutations. Resolves when the engine itself has said that it is done. Rejects
   * with UsageUnavailable; it may have had its effect.
   */
  command: (statement: Statement, settings?: Readonly<Record<string, string | number>>) => Promise<void>;
  close: () => Promise<void>;
}>;

type Life = Readonly<{ life: string | number; ready: Promise<ClickHouseClient> }>;

const end = async (life: Life | null): Promise<void> => {
  const client = await life?.ready.catch(() => null);
  await client?.close();
};

/** Keeps one client per life and closes those of past lives. */
export const createConnection = (connect: Connect): Connection => {
  let current: Life | null = null;
  let closed = false;

  const client = async (): Promise<ClickHouseClient> => {
    if (closed) throw new Error("the connection to the usage engine was closed");
    const endpoint = await connect();
    if (current?.life !== endpoint.life) {
      const past = current;
      current = { life: endpoint.life, ready: begin(endpoint, past) };
    }
    const used = current;
    try {
      return await used.ready;
    } catch (error) {
      if (current === used) current = null;
      throw error;
    }
  };

  const begin = async (endpoint: ClickHouseEndpoint, past: Life | null): Promise<ClickHouseClient> => {
    await end(past);
    return open(endpoint);
  };

  const ask = async (
    statement: Statement,
    { settings = {} }: Pick<ReadOptions, "settings">,
    signal: AbortSignal,
  ): Promise<readonly Row[]> => {
    const engine = await orAborted(client(), signal);
    const question = randomUUID();
    const answer = await engine.query({
      query: statement.sql,
      query_params: statement.parameters,
      query_id: question,
      format: answerFormat,
      abort_signal: signal,
      clickhouse_settings: {
        ...readSettings,
        ...settings,
        ...answerSettings(question),
        log_comment: statement.name,
      },
    });
    // The client stops listening to the signal as soon as the answer begins.
    signal.addEventListener("abort", () => answer.close(), { once: true });
    return await readWhole(answer.stream(), question);
  };

  const askTwice = async (...question: Parameters<typeof ask>): Promise<readonly Row[]> => {
    const [, , signal] = question;
    try {
      return await ask(...question);
    } catch (error) {
      if (isFinal(error) || signal.aborted) throw error;
      return await ask(...question);
    }
  };

  return {
    client,
    read: async (statement, { timeoutMs = readTimeoutMs, ...options } = {}) => {
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), Math.ceil(timeoutMs)).unref();
      try {
        return await askTwice(statement, options, deadline.signal);
      } catch (error) {
        const late = deadline.signal.aborted;
        throw unavailable(
          statement,
          late ? new Error(`no whole answer within ${timeoutMs} ms`, { cause: error }) : error,
        );
      } finally {
        clearTimeout(timer);
      }
    },
    command: async (statement, settings = {}) => {
      try {
        const engine = await client();
        const done = await engine.command({
          query: statement.sql,
          query_params: statement.parameters,
          clickhouse_settings: { ...ddlSettings, ...settings, log_comment: statement.name },
        });
        if (!isDone(done)) throw new CutAnswer("what answered does not say that the engine has done it");
      } catch (error) {
        throw unavailable(statement, error);
      }
    },
    close: async () => {
      closed = true;
      const last = current;
      current = null;
      await end(last);
    },
  };
};

const open = ({ url, username, password, headers }: ClickHouseEndpoint): ClickHouseClient =>
  createClient({
    url,
    username,
    password,
    http_headers: { ...headers },
    application: "meter",
    max_open_connections: openRequestsMax,
    request_timeout: silentSocketMs,
    // Long lists of subjects or window boundaries do not fit into a URL.
    use_multipart_params_auto: true,
    // Failures are thrown, and logged by whoever handles them.
    log: { level: ClickHouseLogLevel.OFF },
  });

const orAborted = async <T>(result: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("the engine is not there")), { once: true });
    result.then(resolve, reject);
  });

/** What the engine has said, and what took too long once, it would do again: it is not repeated. */
const isFinal = (error: unknown): boolean =>
  error instanceof ClickHouseError || (error instanceof Error && error.message === clientTimeout);

/** The client's words for a socket that was silent for `silentSocketMs`. */
const clientTimeout = "Timeout error.";

const unavailable = (statement: Statement, cause: unknown): UsageUnavailable =>
  new UsageUnavailable(
    `the usage engine did not answer ${statement.name}: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  );
