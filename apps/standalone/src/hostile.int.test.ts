import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Meter, scratchDirectory, startMeter } from "./meter.test-support.ts";

// What somebody might send to break the parser, the SQL, a CSV or the process: refused with a reason or kept to the letter.

let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
let meter: Meter;
beforeAll(async () => {
  scratch = await scratchDirectory();
  meter = await startMeter(join(scratch.path, "data"));
});
afterAll(async () => {
  await meter.stop();
  await scratch.remove();
});

/** Far longer than anything here may take. */
const hangMs = 10_000;

/** Sends bytes as they are; never a 5xx, never a hang. */
const send = async (body: string | Uint8Array<ArrayBuffer>): Promise<Answer> => {
  const answer = await inTime(
    meter.call("POST", "/api/v1/events", body, { "content-type": "application/cloudevents+json" }),
  );
  expect(answer.status, answer.text).toBeLessThan(500);
  return answer;
};

const inTime = async <T>(answer: Promise<T>): Promise<T> =>
  await Promise.race([answer, sleep(hangMs).then(() => Promise.reject(new Error("it hangs")))]);

let made = 0;
const event = (data: string, subject = "s", type = "hostile"): string =>
  `{"specversion":"1.0","id":"${++made}","source":"hostile","type":${JSON.stringify(type)},"subject":${JSON.stringify(subject)},"data":${data}}`;

const define = async (slug: string, fields: object): Promise<void> => {
  const answer = await meter.call("POST", "/api/v1/meters", {
    slug,
    eventType: "hostile",
    aggregation: "SUM",
    ...fields,
  });
  expect(answer.status, answer.text).toBe(201);
};

const deep = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

describe("event data", () => {
  test.each([
    { why: "a value nested within the bound", body: () => event(deep(50)), status: 204 },
    { why: "nested a hundred thousand levels deep", body: () => event(deep(100_000)), status: 400 },
    { why: "arrays nested a hundred thousand levels deep", body: () => event(`${"[".repeat(100_000)}`), status: 400 },
    { why: "a text of a megabyte", body: () => event(JSON.stringify({ n: "x".repeat(1_000_000) })), status: 204 },
    { why: "a number of a million digits", body: () => event(`{"n":1${"0".repeat(200_000)}}`), status: 204 },
    { why: "an exponent without end", body: () => event('{"n":1e999999999}'), status: 204 },
    {
      why: "keys of the prototype",
      body: () => event('{"__proto__":{"n":9},"constructor":{"prototype":1}}'),
      status: 204,
    },
    { why: "the same key ten thousand times", body: () => event(`{${'"n":1,'.repeat(10_000)}"n":2}`), status: 204 },
    { why: "half of a surrogate pair", body: () => event('{"n":"\\ud800"}'), status: 204 },
    { why: "every control character, escaped", body: () => event('{"n":"\\u0000\\u0001\\u001f\\u007f"}'), status: 204 },
    { why: "no JSON at all", body: () => "'; DROP TABLE meter.events; --", status: 400 },
    { why: "cut in the middle", body: () => event('{"n":1').slice(0, -1), status: 400 },
  ])("$why: $status", async ({ body, status }) => {
    const answer = await send(body());
    expect([answer.status, answer.text.slice(0, 300)]).toEqual([status, expect.anything()]);
    if (status === 400) expect(answer.json).toMatchObject({ status: 400, detail: expect.any(String) });
  });

  test("bytes that are not UTF-8 are refused, whole", async () => {
    const bytes = new TextEncoder().encode(event('{"n":"?"}'));
    bytes[bytes.indexOf("?".charCodeAt(0))] = 0xff;
    expect((await send(bytes)).status).toBe(400);
  });
});

/** Texts that would break out of a statement, a CSV, a log line or a header. */
const hostileTexts = [
  "' OR 1=1 --",
  "\\'; DROP TABLE meter.usage; --",
  "{namespace:String}",
  '"quoted",with,commas',
  "line\nbreak\r\nand\ttab",
  '=HYPERLINK("http://x","y")',
  "NULL",
  "%00",
  "\u202Ertl\u202C",
  "😀 é ñ 名",
  "\u0001\u001f\u007f",
  "<script>alert(1)</script>",
  "../../../etc/passwd",
  "x".repeat(1_000),
];

test("subjects and group-by values are kept to the letter, in JSON and, but for formulas, in CSV", async () => {
  await define("texts", { valueProperty: "$.n", groupBy: { text: "$.text" }, eventType: "texts" });
  for (const [index, text] of hostileTexts.entries())
    expect((await send(event(JSON.stringify({ n: index + 1, text }), text, "texts"))).status).toBe(204);

  const path = "/api/v1/meters/texts/query?groupBy=subject&groupBy=text";
  const answer = await meter.call("GET", path);
  const rows = (answer.json as { data: { subject: string; groupBy: { text: string }; value: number }[] }).data;
  const found = new Map(rows.map(({ subject, groupBy, value }) => [subject, [groupBy.text, value]]));
  expect(found).toEqual(new Map(hostileTexts.map((text, index) => [text, [text, index + 1]])));

  for (const [index, text] of hostileTexts.entries()) {
    const query = new URLSearchParams({ subject: text, "filterGroupBy[text]": text });
    const one = await meter.call("GET", `/api/v1/meters/texts/query?${query.toString()}`);
    expect([text, one.status, (one.json as { data: { value: number }[] }).data.map(({ value }) => value)]).toEqual([
      text,
      200,
      [index + 1],
    ]);
  }

  const csv = await meter.call("GET", path, undefined, { accept: "text/csv" });
  expect(csv.status).toBe(200);
  const records = parseCsv(csv.text);
  const [header = [], ...body] = records;
  const column = header.indexOf("text");
  // In CSV what a spreadsheet would take for a formula begins with an apostrophe.
  const cells = hostileTexts.map((text) => (/^[=+\-@\t]/.test(text) ? `'${text}` : text));
  expect(new Set(body.map((record) => record[column]))).toEqual(new Set(cells));
  expect(new Set(body.map(({ length }) => length))).toEqual(new Set([header.length]));

  const values = await meter.call("GET", "/api/v1/meters/texts/group-by/text/values");
  expect(new Set(values.json as string[])).toEqual(new Set(hostileTexts));
});

/** Reads what RFC 4180 says, on its own. */
const parseCsv = (text: string): string[][] => {
  const records: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
    records.at(-1)?.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
    if (end === "\n") records.push([]);
    if (end === "") break;
  }
  return records.filter((record) => record.length > 1);
};

test.each([
  "groupBy=' OR 1=1",
  "groupBy=__proto__",
  "filterGroupBy[constructor]=x",
  "filterGroupBy[text' OR 1=1]=x",
  "from=' OR 1=1",
  "windowSize=DAY'; DROP TABLE meter.usage",
  "windowTimeZone=../../etc/passwd",
  "filterCustomerId=' OR 1=1",
])("a query with %s is refused with its reason", async (query) => {
  const answer = await meter.call("GET", `/api/v1/meters/texts/query?${encodeURI(query)}`);
  expect([answer.status >= 400 && answer.status < 500, answer.text]).toEqual([true, expect.stringContaining("detail")]);
});

test.each([
  { why: "a path without end", body: { valueProperty: `$${".a".repeat(50_000)}` } },
  { why: "a path that would search everywhere", body: { valueProperty: "$..n" } },
  { why: "a filter expression", body: { valueProperty: "$[?(@.a == 1)]" } },
  { why: "a dimension that is SQL", body: { valueProperty: "$.n", groupBy: { "a' OR 1=1": "$.a" } } },
  { why: "a dimension of the prototype", body: { valueProperty: "$.n", groupBy: { ["__proto__x'"]: "$.a" } } },
  { why: "a slug that is SQL", body: { slug: "x'; DROP TABLE meters; --", valueProperty: "$.n" } },
])("a meter with $why is refused, or answers", async ({ body }) => {
  const answer = await meter.call("POST", "/api/v1/meters", {
    slug: "bad",
    eventType: "bad",
    aggregation: "SUM",
    ...body,
  });
  expect(answer.status, answer.text).toBe(400);
  expect(answer.json).toMatchObject({ detail: expect.any(String) });
});

test("a path as long as allowed over data as large as allowed is answered at once", async () => {
  await define("worst", {
    eventType: "worst",
    valueProperty: `$${".a".repeat(30)}`,
    groupBy: { d: `$${".b".repeat(30)}` },
  });
  const wide = `{${Array.from({ length: 5_000 }, (_, index) => `"k${index}":{"a":[${"1,".repeat(4)}1]}`).join()}}`;
  const started = performance.now();
  for (let count = 0; count < 20; count++) expect((await send(event(wide, "s", "worst"))).status).toBe(204);
  expect((await meter.call("GET", "/api/v1/meters/worst/query")).status).toBe(200);
  expect(performance.now() - started).toBeLessThan(hangMs);
});

test("after all that everything is as it was", async () => {
  expect((await meter.call("GET", "/readyz")).json).toEqual({ status: "ready" });
  const answer = await meter.call("GET", "/api/v1/meters/texts/query");
  const sum = (hostileTexts.length * (hostileTexts.length + 1)) / 2;
  expect((answer.json as { data: { value: number }[] }).data.map(({ value }) => value)).toEqual([sum]);
});
