import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "./client.ts";
import { type MeterProcess, startMeter } from "./meter-process.ts";
import { type Check, runTraces } from "./run.ts";
import { generateTrace, parseTrace, readTrace, type Trace } from "./trace.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Real traces, where the environment names their files, joined by colons. */
const files = (process.env["LLM_TRACE_FILES"] ?? "").split(":").filter((file) => file !== "");

let dataDir: string;
let meter: MeterProcess;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "meter-demo-"));
  meter = await startMeter({ root, dataDir, port: 0 });
});
afterAll(async () => {
  await meter.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const run = async (
  traces: readonly Trace[],
): Promise<Readonly<{ checks: readonly Check[]; lines: readonly string[] }>> => {
  const lines: string[] = [];
  const key = (await readFile(join(dataDir, "admin-key"), "utf8")).trim();
  const checks = await runTraces(createClient(meter.url, key), traces, {
    line: (text) => lines.push(text),
    progress: () => undefined,
  });
  return { checks, lines };
};

const all = expect.objectContaining({ ok: true }) as Check;

test("the generated trace is metered exactly, and a second run changes nothing", async () => {
  const first = await run([generateTrace()]);
  expect(first.checks).toEqual([all, all, all]);
  const second = await run([generateTrace()]);
  expect(second).toEqual(first);
  expect(first.lines.join("\n")).toContain("customer-20");
});

test("a check that is wrong is found", async () => {
  const trace = generateTrace();
  const cut = { ...trace, requests: trace.requests.slice(1) }; // the first request is in Meter already
  expect((await run([cut])).checks.map(({ ok }) => ok)).toContain(false);
});

test.each(files)("%s is metered exactly", { timeout: 180_000 }, async (file) => {
  const trace = await readTrace(file);
  const { checks } = await run([trace]);
  expect(checks).toEqual([all, all, all]);
  expect(checks[0]?.found).toContain(`${trace.requests.length} requests`);
});

describe("a trace file", () => {
  const header = "TIMESTAMP,ContextTokens,GeneratedTokens";
  test("is read as exact as it is", () => {
    expect(parseTrace(`${header}\n2023-11-16 18:17:03.9799600,4808,10`, "a.csv")).toEqual([
      { at: "2023-11-16T18:17:03.9799600Z", contextTokens: 4808, generatedTokens: 10 },
    ]);
  });
  test.each([
    ["a,b\n", "a.csv:1"],
    [`${header}\n2023-11-16 18:17:03,1,1\nx\n`, "a.csv:3"],
  ])("%j is refused with its line", (content, place) => {
    expect(() => parseTrace(content, "a.csv")).toThrow(place);
  });
});
