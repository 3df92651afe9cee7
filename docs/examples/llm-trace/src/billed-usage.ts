import type { Client } from "./client.ts";
import { collectedAt, type Month, monthOf } from "./month.ts";
import { sourceOf } from "./events.ts";
import type { Trace } from "./trace.ts";
import {
  askUsage,
  byCustomerAndMonth,
  countTrace,
  type Figures,
  type FiguresByKey,
  listTraces,
  noFigures,
  plus,
  rowByCustomerAndMonth,
} from "./usage.ts";

export type BilledUsage = Readonly<{
  /** What the invoices of a month must have of a customer. */
  usageIn: (customer: string, month: Month) => Figures;
  total: Figures;
  /** What of the usage is on no invoice, and why; and what was taken from Meter because no file has it. */
  notes: readonly string[];
}>;

/**
 * What of the traces must be on invoices: all of a closed month that came before its usage was collected. It is counted from
 * the files; only of traces that this run was not given does Meter itself say what they were.
 */
export const countBilledUsage = async (
  client: Client,
  traces: readonly Trace[],
  { start, closed }: Readonly<{ start: Month; closed: readonly Month[] }>,
): Promise<BilledUsage> => {
  const billed = new Map<string, Figures>();
  const notes: string[] = [];
  const count = async (name: string, usage: FiguresByKey): Promise<void> => {
    const cameAt = await findArrival(client, name);
    for (const month of [...new Set([...usage.keys()].map(toMonth))].toSorted()) {
      if (month < start)
        notes.push(`${name}: ${month} was before the subscriptions, so it is in the meters and on no invoice`);
      else if (closed.includes(month) && Date.parse(cameAt) >= collectedAt(month))
        notes.push(
          `${name}: came at ${cameAt}, when ${month} had been invoiced, so it is in the meters and on no invoice`,
        );
      else if (closed.includes(month))
        for (const [key, figures] of usage)
          if (toMonth(key) === month) billed.set(key, plus(billed.get(key) ?? noFigures, figures));
    }
  };

  for (const trace of traces) await count(trace.name, countTrace(trace, byCustomerAndMonth));
  const given = new Set(traces.map(({ name }) => name));
  for (const name of (await listTraces(client)).filter((one) => !given.has(one))) {
    notes.push(
      `${name}: sent by another run, so its share of the invoices is taken from Meter's meters, not from a file`,
    );
    const byMonth = { groupBy: ["subject"], windowSize: "MONTH" };
    await count(name, await askUsage(client, { name }, byMonth, rowByCustomerAndMonth));
  }
  return {
    usageIn: (customer, month) => billed.get(`${customer} ${month}`) ?? noFigures,
    total: [...billed.values()].reduce(plus, noFigures),
    notes,
  };
};

const toMonth = (key: string): Month => monthOf(key.split(" ")[1] ?? "");

/** When, by Meter's clock, a trace was sent: its first event stands for all, which are sent together. */
const findArrival = async (client: Client, name: string): Promise<string> => {
  const filter = JSON.stringify({ source: { $eq: sourceOf({ name }) }, id: { $eq: "1" } });
  const { items } = (await client.get("/api/v2/events", { filter, limit: "1" })) as Readonly<{
    items: readonly Readonly<{ ingestedAt: string }>[];
  }>;
  const [first] = items;
  if (first === undefined) throw new Error(`Meter does not show the first event of ${name}`);
  return first.ingestedAt;
};
