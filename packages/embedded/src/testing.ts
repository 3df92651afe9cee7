import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { expect } from "vitest";
import type { ClickHouseEndpoint, EmbeddedClickHouse } from "./clickhouse/clickhouse.ts";
import { identify } from "./process-identity.ts";

/** What only the tests of this package use. */

const UNTIL_STEP_MS = 20;

/** A directory for one test, and what must be undone at its end, last first. */
export type Scratch = Readonly<{
  dir: string;
  defer: (undo: () => Promise<unknown>) => void;
  clean: () => Promise<void>;
}>;

export const createScratch = async (): Promise<Scratch> => {
  const dir = await mkdtemp(join(tmpdir(), "meter-embedded-"));
  const undos: (() => Promise<unknown>)[] = [];
  return {
    dir,
    defer: (undo) => undos.unshift(undo),
    clean: async () => {
      for (const undo of undos) await undo();
      await rm(dir, { recursive: true, force: true });
    },
  };
};

/** Sends one statement; resolves to status and body. */
export const send = async (
  endpoint: ClickHouseEndpoint,
  sql: string,
): Promise<Readonly<{ status: number; text: string }>> => {
  const response = await fetch(endpoint.url, {
    method: "POST",
    body: sql,
    headers: {
      ...endpoint.headers,
      Authorization: `Basic ${Buffer.from(`${endpoint.username}:${endpoint.password}`).toString("base64")}`,
    },
  });
  return { status: response.status, text: (await response.text()).trim() };
};

/** Answer of one statement that succeeds. */
export const ask = async (clickHouse: EmbeddedClickHouse, sql: string): Promise<string> => {
  const answer = await send(await clickHouse.endpoint(), sql);
  expect(answer).toMatchObject({ status: 200 });
  return answer.text;
};

/** First column of the first row. */
export const selectOne = async (url: string, sql: string): Promise<unknown> => {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {}); // the server may be killed under it
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: "array" });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
};

export const isRunning = (pid: number): boolean => identify(pid) !== undefined;

/** Fails when `holds` does not come true within `timeoutMs`. */
export const until = async (holds: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> => {
  await expect.poll(holds, { interval: UNTIL_STEP_MS, timeout: timeoutMs }).toBe(true);
};
