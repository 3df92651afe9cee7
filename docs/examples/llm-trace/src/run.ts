import type { Client } from "./client.ts";
import { customerCount, customerKey, eventType, toEvents } from "./events.ts";
import type { Trace } from "./trace.ts";
import {
  askUsage,
  byCustomerAndModel,
  byHour,
  countTrace,
  dimensions,
  type Figures,
  type FiguresByKey,
  meters,
  noFigures,
  plus,
  rowByCustomerAndModel,
  rowByHour,
} from "./usage.ts";

/** Where a run tells how it goes. `progress` replaces its last line on a terminal. */
export type Output = Readonly<{ line: (text: string) => void; progress: (text: string) => void }>;

export type Check = Readonly<{ what: string; expected: string; found: string; ok: boolean }>;

const eventsPerBatch = 1_000;

/** Sends traces to a running Meter and compares what it meters with what the files say. Running it again changes nothing. */
export const runTraces = async (
  client: Client,
  traces: readonly Trace[],
  output: Output,
): Promise<readonly Check[]> => {
  for (const meter of meters) await client.post("/api/v1/meters", { ...meter, eventType, groupBy: dimensions }); // 409: there already
  for (let index = 0; index < customerCount; index++) {
    const key = customerKey(index);
    await client.post("/api/v1/customers", {
      key,
      name: key.replace("customer-", "Customer "),
      usageAttribution: { subjectKeys: [key] },
    });
  }
  for (const trace of traces) await sendTrace(client, trace, output);

  const checks: Check[] = [];
  for (const trace of traces) {
    const usage = await askUsage(client, trace, { groupBy: ["subject", "model"] }, rowByCustomerAndModel);
    const hours = await askUsage(client, trace, { windowSize: "HOUR" }, rowByHour);
    printUsage(trace, usage, output);
    checks.push(
      compare(
        `${trace.name}: totals`,
        new Map([["all", total(countTrace(trace, () => "all"))]]),
        new Map([["all", total(usage)]]),
      ),
      compare(`${trace.name}: by customer and model`, countTrace(trace, byCustomerAndModel), usage),
      compare(`${trace.name}: by hour`, countTrace(trace, byHour), hours),
    );
  }
  for (const { what, expected, found, ok } of checks)
    output.line(ok ? `ok    ${what}: ${found}` : `WRONG ${what}: the file says ${expected}, Meter says ${found}`);
  return checks;
};

const sendTrace = async (client: Client, trace: Trace, output: Output): Promise<void> => {
  const events = toEvents(trace);
  for (let from = 0; from < events.length; from += eventsPerBatch) {
    await client.post(
      "/api/v1/events",
      events.slice(from, from + eventsPerBatch),
      "application/cloudevents-batch+json",
    );
    output.progress(
      `${trace.name}: ${Math.min(from + eventsPerBatch, events.length)} of ${events.length} events acknowledged`,
    );
  }
};

const total = (figures: FiguresByKey): Figures => [...figures.values()].reduce(plus, noFigures);

const describe = ({ requests, inputTokens, outputTokens }: Figures): string =>
  `${requests} requests, ${inputTokens} input tokens, ${outputTokens} output tokens`;

/** Both sides must have the same keys with the same figures. */
const compare = (what: string, expected: FiguresByKey, found: FiguresByKey): Check => {
  const different = [...new Set([...expected.keys(), ...found.keys()])].find((key) => {
    const [a, b] = [expected.get(key) ?? noFigures, found.get(key) ?? noFigures];
    return a.requests !== b.requests || a.inputTokens !== b.inputTokens || a.outputTokens !== b.outputTokens;
  });
  return different === undefined
    ? {
        what,
        expected: describe(total(expected)),
        found: `${describe(total(found))} in ${found.size} groups`,
        ok: true,
      }
    : {
        what: `${what}, ${different}`,
        expected: describe(expected.get(different) ?? noFigures),
        found: describe(found.get(different) ?? noFigures),
        ok: false,
      };
};

const printUsage = (trace: Trace, usage: FiguresByKey, { line }: Output): void => {
  const rows = [...usage].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const widths = [12, 14, 10, 14, 14] as const;
  const format = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, index) =>
        index < 2 ? String(cell).padEnd(widths[index] ?? 0) : String(cell).padStart(widths[index] ?? 0),
      )
      .join("  ");
  line(`\n${trace.name}`);
  line(format(["customer", "model", "requests", "input tokens", "output tokens"]));
  for (const [key, { requests, inputTokens, outputTokens }] of rows)
    line(format([...key.split(" "), requests, inputTokens, outputTokens]));
  const all = total(usage);
  line(`${format(["total", "", all.requests, all.inputTokens, all.outputTokens])}\n`);
};
