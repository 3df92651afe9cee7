import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Meter, scratchDirectory, startMeter } from "./meter.test-support.ts";
import { countMeter, totalOf, workEvent } from "./traffic.test-support.ts";

let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
let meter: Meter;
beforeAll(async () => {
  scratch = await scratchDirectory();
  meter = await startMeter(join(scratch.path, "data"));
  expect((await meter.call("POST", "/api/v1/meters", countMeter)).status).toBe(201);
});
afterAll(async () => {
  await meter.stop();
  await scratch.remove();
});

const mebibyte = 1_024 * 1_024;

/** JSON of an event whose data is nested so deep that the whole has `depth` levels. */
const nested = (depth: number): string => {
  const arrays = depth - 2; // the event and its data are two
  return JSON.stringify({ ...workEvent(1), data: null }).replace(
    /null}$/,
    `{"n":${"[".repeat(arrays)}${"]".repeat(arrays)}}}`,
  );
};
/** JSON of an event of exactly `bytes` bytes. */
const sized = (number: number, bytes: number): string => {
  const text = JSON.stringify(workEvent(number, { pad: "" }));
  return text.replace('"pad":""', `"pad":"${"x".repeat(bytes - text.length)}"`);
};
const batchOf = (count: number, from: number): readonly object[] =>
  Array.from({ length: count }, (_, index) => workEvent(from + index));

type Case = Readonly<{
  why: string;
  body: () => string | Uint8Array<ArrayBuffer> | readonly object[] | object;
  headers?: Readonly<Record<string, string>>;
}>;

describe("beyond a limit: a problem document, and nothing is counted", () => {
  test.each<Case & Readonly<{ status: number; code: string }>>([
    { why: "17 MB", status: 413, code: "body_too_large", body: () => sized(1, 17_000_000) },
    { why: "16 MiB and a byte", status: 413, code: "body_too_large", body: () => sized(1, 16 * mebibyte + 1) },
    { why: "10,001 events", status: 413, code: "too_many_events", body: () => batchOf(10_001, 0) },
    { why: "65 levels", status: 400, code: "json_too_deep", body: () => nested(65) },
    { why: "a million levels", status: 400, code: "json_too_deep", body: () => nested(1_000_000) },
    ...["id", "source", "type", "subject"].map((name) => ({
      why: `an attribute of 1,025 bytes: ${name}`,
      status: 400,
      code: "invalid_events",
      body: () => ({ ...workEvent(1), [name]: `${"é".repeat(512)}x` }),
    })),
    {
      why: "gzip",
      status: 415,
      code: "unsupported_content_encoding",
      body: () => new Uint8Array(gzipSync(JSON.stringify(workEvent(1)))),
      headers: { "content-encoding": "gzip" },
    },
    {
      why: "invalid UTF-8",
      status: 400,
      code: "invalid_utf8",
      body: () => new Uint8Array(Buffer.from(JSON.stringify(workEvent(1)).replace("traffic", "traff\xff"), "latin1")),
    },
    { why: "not JSON", status: 400, code: "invalid_json", body: () => "{" },
    {
      why: "another content type",
      status: 400,
      code: "unsupported_content_type",
      body: () => "id=1",
      headers: { "content-type": "text/plain" },
    },
    { why: "no events", status: 400, code: "no_events", body: () => [] },
    {
      why: "one bad event among good ones",
      status: 400,
      code: "invalid_events",
      body: () => [workEvent(1), { id: "x" }],
    },
  ])("$why: $status $code", async ({ status, code, body, headers }) => {
    const answer = await meter.call("POST", "/api/v1/events", body(), headers);
    expect([answer.status, answer.headers.get("content-type")], answer.text).toEqual([
      status,
      expect.stringContaining("application/problem+json"),
    ]);
    expect(answer.json).toMatchObject({
      status,
      code,
      type: "about:blank",
      title: expect.any(String),
      help: `${meter.url}/problems/${code}`,
    });
    expect((await meter.call("GET", `/problems/${code}`)).status).toBe(200);
    expect(await totalOf(meter.call)).toBe(0);
  });
});

describe("at a limit: taken and counted", () => {
  let counted = 0;
  test.each<Case & Readonly<{ events: number }>>([
    { why: "16 MiB", events: 1, body: () => sized(100_000, 16 * mebibyte) },
    { why: "10,000 events", events: 10_000, body: () => batchOf(10_000, 200_000) },
    { why: "64 levels", events: 1, body: () => nested(64).replace('"w-1"', '"deep"') },
    {
      why: "attributes of 1,024 bytes",
      events: 1,
      body: () => ({ ...workEvent(2), id: "é".repeat(512), subject: "x".repeat(1_024) }),
    },
  ])("$why", async ({ body, events }) => {
    expect((await meter.call("POST", "/api/v1/events", body())).status).toBe(204);
    counted += events;
    expect(await totalOf(meter.call)).toBe(counted);
  });
});

test("1,000 posts of one event at once are all acknowledged and counted", async () => {
  const before = await totalOf(meter.call);
  const startedAt = performance.now();
  const answers = await Promise.all(
    batchOf(1_000, 500_000).map((event) => meter.call("POST", "/api/v1/events", event)),
  );
  process.stderr.write(`    1,000 posts at once: ${Math.round(performance.now() - startedAt)} ms\n`);
  expect(answers.filter(({ status }) => status !== 204)).toEqual([]);
  expect(await totalOf(meter.call)).toBe(before + 1_000);
});
