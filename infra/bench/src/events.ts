export const eventType = "bench.request";
export const subjects = 1_000;
export const models = 8;

const start = Date.UTC(2026, 9, 1);

/** Event number `index`: about 220 bytes of JSON, spread over a month, 1,000 subjects, 8 models and 4 regions. */
export const benchEvent = (index: number): Readonly<Record<string, unknown>> => {
  const spread = Math.imul(index + 1, 2_654_435_761) >>> 0;
  return {
    specversion: "1.0",
    id: `event-${index}`,
    source: "bench",
    type: eventType,
    subject: `customer-${spread % subjects}`,
    time: new Date(start + (spread % (30 * 86_400)) * 1_000).toISOString(),
    data: {
      model: `model-${(spread >>> 10) % models}`,
      region: `region-${(spread >>> 13) % 4}`,
      tokens: tokensOf(index),
    },
  };
};

export const tokensOf = (index: number): number => (Math.imul(index + 7, 40_503) >>> 4) % 10_000;

export const meters = [
  {
    slug: "bench_tokens",
    aggregation: "SUM",
    valueProperty: "$.tokens",
    groupBy: { model: "$.model", region: "$.region" },
  },
  { slug: "bench_requests", aggregation: "COUNT", groupBy: { model: "$.model" } },
] as const;
