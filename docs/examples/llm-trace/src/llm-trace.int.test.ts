import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Check } from "./check.ts";
import { createClient } from "./client.ts";
import { type MeterOptions, startMeter } from "./meter-process.ts";
import { runTraces } from "./run.ts";
import { generateTrace, parseTrace, readTrace, type Trace } from "./trace.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Real traces, where the environment names their files, joined by colons. */
const files = (process.env["LLM_TRACE_FILES"] ?? "").split(":").filter((file) => file !== "");

type Run = Readonly<{ checks: readonly Check[]; lines: readonly string[] }>;
type Installation = Readonly<{ run: (traces: readonly Trace[]) => Promise<Run>; end: () => Promise<void> }>;

const install = async (clock: MeterOptions["clock"]): Promise<Installation> => {
  const dataDir = await mkdtemp(join(tmpdir(), "meter-demo-"));
  const meter = await startMeter({ root, dataDir, clock, port: 0 });
  const key = (await readFile(join(dataDir, "admin-key"), "utf8")).trim();
  return {
    run: async (traces) => {
      const lines: string[] = [];
      const output = { line: (text: string) => void lines.push(text), progress: () => undefined };
      return { checks: await runTraces(createClient(meter.url, key), traces, output), lines };
    },
    end: async () => {
      await meter.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

const wrongOf = ({ checks }: Run): readonly Check[] => checks.filter(({ ok }) => !ok);
const foundBy = ({ checks }: Run, what: string): string | undefined =>
  checks.find((check) => check.what.includes(what))?.found;

describe("on a manual clock: one installation", () => {
  let meter: Installation;
  beforeAll(async () => {
    meter = await install("manual");
  });
  afterAll(() => meter.end());

  const trace = generateTrace();
  let first: Run;

  test("the generated trace is metered, billed and invoiced exactly", async () => {
    first = await meter.run([trace]);
    expect(wrongOf(first)).toEqual([]);
    expect(first.checks).toHaveLength(9);
    expect(foundBy(first, "billed quantities")).toBe("9185451 input tokens, 1263116 output tokens");
    expect(foundBy(first, "rational")).toMatch(/^40 invoices /);
    expect(foundBy(first, "invariants")).toBe("40 invoices, 80 lines, 40 numbers");
    const text = first.lines.join("\n");
    expect(text).toMatch(/^INV-CU20-20 {2}Customer 20 /m);
    expect(text).toContain("usage price for tier 3");
  });

  test("a second run changes nothing", async () => {
    expect(await meter.run([trace])).toEqual(first);
  });

  test("of other traces the next month is billed, and a month that is closed is only metered", async () => {
    const some = trace.requests.slice(0, 100);
    const late = { ...trace, name: "late@1", requests: some };
    const next = {
      ...trace,
      name: "next@1",
      requests: some.map((request) => ({ ...request, at: request.at.replace("2023-11", "2023-12") })),
    };
    const run = await meter.run([late, next]);
    expect(wrongOf(run)).toEqual([]);
    expect(run.lines.filter((line) => line.startsWith("note"))).toEqual([
      expect.stringMatching(/late@1: came at 2023-12-01T02:00:00Z, when 2023-11 had been invoiced/),
      expect.stringMatching(/generated@\w+: sent by another run/),
    ]);
    expect(foundBy(run, "rational")).toMatch(/^60 invoices /);
  });
});

test("on the system's clock it is metered as exactly, and billing is skipped", async () => {
  const meter = await install("system");
  try {
    const trace = generateTrace();
    const run = await meter.run([trace]);
    expect(wrongOf(run)).toEqual([]);
    expect(run.checks).toHaveLength(3);
    expect(run.lines).toContainEqual(expect.stringContaining("needs a Meter that runs with METER_CLOCK=manual"));

    const cut = { ...trace, requests: trace.requests.slice(1) }; // the first request is in Meter already
    expect(wrongOf(await meter.run([cut])), "a check that is wrong is found").toHaveLength(3);
  } finally {
    await meter.end();
  }
});

test.skipIf(files.length === 0)(
  "real traces are metered, billed and invoiced exactly",
  { timeout: 300_000 },
  async () => {
    const meter = await install("manual");
    try {
      const traces = await Promise.all(files.map(readTrace));
      const run = await meter.run(traces);
      expect(wrongOf(run)).toEqual([]);
      expect(run.checks).toHaveLength(3 * files.length + 6);
      for (const { name, requests } of traces)
        expect(foundBy(run, `${name}: totals`)).toContain(`${requests.length} requests`);
    } finally {
      await meter.end();
    }
  },
);

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
