import { closeMonths, monthsOf, reviewInvoices } from "./bill.ts";
import { type Check, formatCheck } from "./check.ts";
import type { Client } from "./client.ts";
import { readClock, startClock } from "./clock.ts";
import { customerCount, customerKey, eventType, toEvents } from "./events.ts";
import type { Output } from "./output.ts";
import { subscribeCustomers } from "./subscribe.ts";
import { formatTable } from "./table.ts";
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

const eventsPerBatch = 1_000;

/**
 * Sends traces to a running Meter, and compares what it meters with what the files say. On a manual clock it also subscribes
 * the customers before the traces begin, closes the months, and compares the invoices. Running it again changes nothing.
 */
export const runTraces = async (
  client: Client,
  traces: readonly Trace[],
  output: Output,
): Promise<readonly Check[]> => {
  const clock = await readClock(client);
  const bills = clock.mode === "manual";
  if (bills) await startClock(client, clock, monthsOf(traces).first);
  await defineMeters(client);
  const keys = await createCustomers(client);
  const subscribed = bills ? await subscribeCustomers(client, keys) : null;
  for (const trace of traces) await sendTrace(client, trace, output);
  if (subscribed !== null) output.progress(`closing and invoicing the months until ${monthsOf(traces).last}`);
  const closed = subscribed === null ? null : await closeMonths(client, traces, subscribed);

  const checks: Check[] = [];
  for (const trace of traces) checks.push(...(await checkMetering(client, trace, output)));
  if (subscribed !== null && closed !== null)
    checks.push(...(await reviewInvoices(client, traces, { subscribed, closed, output })));
  else output.line("no invoices: billing is skipped, because it needs a Meter that runs with METER_CLOCK=manual");
  for (const check of checks) output.line(formatCheck(check));
  return checks;
};

const defineMeters = async (client: Client): Promise<void> => {
  for (const meter of meters) await client.post("/api/v1/meters", { ...meter, eventType, groupBy: dimensions }); // 409: there already
};

const createCustomers = async (client: Client): Promise<readonly string[]> => {
  const keys = Array.from({ length: customerCount }, (_, index) => customerKey(index));
  for (const key of keys)
    await client.post("/api/v1/customers", {
      key,
      name: key.replace("customer-", "Customer "),
      usageAttribution: { subjectKeys: [key] },
    });
  return keys;
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

const checkMetering = async (client: Client, trace: Trace, output: Output): Promise<readonly Check[]> => {
  const usage = await askUsage(client, trace, { groupBy: ["subject", "model"] }, rowByCustomerAndModel);
  const hours = await askUsage(client, trace, { windowSize: "HOUR" }, rowByHour);
  printUsage(trace, usage, output);
  return [
    compare(
      `${trace.name}: totals`,
      new Map([["all", total(countTrace(trace, () => "all"))]]),
      new Map([["all", total(usage)]]),
    ),
    compare(`${trace.name}: by customer and model`, countTrace(trace, byCustomerAndModel), usage),
    compare(`${trace.name}: by hour`, countTrace(trace, byHour), hours),
  ];
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
  const rows = [...usage]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { requests, inputTokens, outputTokens }]) => [...key.split(" "), requests, inputTokens, outputTokens]);
  const all = total(usage);
  const table = [
    ["customer", "model", "requests", "input tokens", "output tokens"],
    ...rows,
    ["total", "", all.requests, all.inputTokens, all.outputTokens],
  ];
  line(`\n${trace.name}`);
  for (const row of formatTable(table, 2)) line(row);
  line("");
};
