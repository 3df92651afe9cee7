import type { Trace } from "./trace.ts";

export const customerCount = 20;
export const customerKey = (index: number): string =>
  `customer-${String((index % customerCount) + 1).padStart(2, "0")}`;
export const models = ["atlas-large", "atlas-medium", "atlas-small"] as const;

export const eventType = "llm.request";

export type TraceEvent = Readonly<{
  specversion: "1.0";
  id: string;
  source: string;
  type: typeof eventType;
  subject: string;
  time: string;
  data: Readonly<{ trace: string; model: string; route: string; input_tokens: number; output_tokens: number }>;
}>;

/**
 * The fixed rule that gives request number `index` (from 0) of a trace its customer and model. It says nothing about
 * who really sent it: the public trace names nobody.
 */
export const assign = (index: number): Readonly<{ customer: string; model: string }> => {
  const spread = Math.imul(index + 1, 2_654_435_761) >>> 0;
  const tenth = spread % 10;
  return { customer: customerKey(Math.trunc(spread / 16)), model: models[tenth < 2 ? 0 : tenth < 5 ? 1 : 2] };
};

export const sourceOf = ({ name }: Pick<Trace, "name">): string => `llm-trace/${name}`;

/** One CloudEvent for each request. Its id is the row's number, so sending it again changes nothing. */
export const toEvents = (trace: Trace): readonly TraceEvent[] =>
  trace.requests.map(({ at, contextTokens, generatedTokens }, index) => {
    const { customer, model } = assign(index);
    return {
      specversion: "1.0",
      id: String(index + 1),
      source: sourceOf(trace),
      type: eventType,
      subject: customer,
      time: at,
      data: {
        trace: trace.name,
        model,
        route: trace.route,
        input_tokens: contextTokens,
        output_tokens: generatedTokens,
      },
    };
  });
