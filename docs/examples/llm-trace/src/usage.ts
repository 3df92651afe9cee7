import type { Client } from "./client.ts";
import { assign } from "./events.ts";
import { monthOf } from "./month.ts";
import type { Trace } from "./trace.ts";

/** The three numbers of a group of requests. */
export type Figures = Readonly<{ requests: number; inputTokens: number; outputTokens: number }>;

export const noFigures: Figures = { requests: 0, inputTokens: 0, outputTokens: 0 };

export const plus = (a: Figures, b: Figures): Figures => ({
  requests: a.requests + b.requests,
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
});

/** Figures by a key such as "customer-01 atlas-large" or an hour. */
export type FiguresByKey = ReadonlyMap<string, Figures>;

export const meterOf: Readonly<Record<keyof Figures, string>> = {
  requests: "llm_requests",
  inputTokens: "llm_input_tokens",
  outputTokens: "llm_output_tokens",
};

export const meters: readonly Readonly<Record<string, string>>[] = [
  { slug: meterOf.inputTokens, name: "Input tokens", aggregation: "SUM", valueProperty: "$.input_tokens" },
  { slug: meterOf.outputTokens, name: "Output tokens", aggregation: "SUM", valueProperty: "$.output_tokens" },
  { slug: meterOf.requests, name: "Requests", aggregation: "COUNT" },
];

export const dimensions: Readonly<Record<string, string>> = { trace: "$.trace", model: "$.model", route: "$.route" };

/** What the file says, counted here and nowhere else. */
export const countTrace = (
  trace: Trace,
  keyOf: (request: Readonly<{ index: number; at: string }>) => string,
): FiguresByKey => {
  const counted = new Map<string, Figures>();
  trace.requests.forEach(({ at, contextTokens, generatedTokens }, index) => {
    const key = keyOf({ index, at });
    counted.set(
      key,
      plus(counted.get(key) ?? noFigures, { requests: 1, inputTokens: contextTokens, outputTokens: generatedTokens }),
    );
  });
  return counted;
};

export const byCustomerAndModel = ({ index }: Readonly<{ index: number }>): string => {
  const { customer, model } = assign(index);
  return `${customer} ${model}`;
};

/** "customer-01 2023-11" */
export const byCustomerAndMonth = ({ index, at }: Readonly<{ index: number; at: string }>): string =>
  `${assign(index).customer} ${monthOf(at)}`;

export const byHour = ({ at }: Readonly<{ at: string }>): string => `${at.slice(0, 13)}:00:00Z`;

type Row = Readonly<{
  value: number;
  windowStart: string;
  subject: string | null;
  groupBy: Readonly<Record<string, string>>;
}>;

/** What Meter says of a trace, from three meters. */
export const askUsage = async (
  client: Client,
  trace: Pick<Trace, "name">,
  query: Readonly<Record<string, string | readonly string[]>>,
  keyOf: (row: Row) => string,
): Promise<FiguresByKey> => {
  const usage = new Map<string, Figures>();
  for (const [figure, slug] of Object.entries(meterOf)) {
    const { data } = (await client.get(`/api/v1/meters/${slug}/query`, {
      ...query,
      "filterGroupBy[trace]": trace.name,
    })) as Readonly<{
      data: readonly Row[];
    }>;
    for (const row of data) usage.set(keyOf(row), { ...(usage.get(keyOf(row)) ?? noFigures), [figure]: row.value });
  }
  return usage;
};

export const rowByCustomerAndModel = (row: Row): string => `${row.subject ?? ""} ${row.groupBy["model"] ?? ""}`;
export const rowByCustomerAndMonth = (row: Row): string => `${row.subject ?? ""} ${monthOf(row.windowStart)}`;
export const rowByHour = (row: Row): string => row.windowStart;

/** The traces that Meter has requests of. */
export const listTraces = async (client: Client): Promise<readonly string[]> => {
  const { data } = (await client.get(`/api/v1/meters/${meterOf.requests}/query`, { groupBy: "trace" })) as Readonly<{
    data: readonly Row[];
  }>;
  return data.flatMap(({ groupBy }) => groupBy["trace"] ?? []).toSorted();
};
