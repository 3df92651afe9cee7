import { Histogram, type Registry } from "prom-client";

export type HttpMetrics = Readonly<{
  /** `route` is a pattern, so that the number of series is bounded. */
  observe: (request: Readonly<{ method: string; route: string; status: number; seconds: number }>) => void;
}>;

/** Registers `meter_http_request_duration_seconds`; its count is the number of requests. */
export const createHttpMetrics = (registry: Registry): HttpMetrics => {
  const histogram = new Histogram({
    name: "meter_http_request_duration_seconds",
    help: "Time from the first byte of a request to its answer, by route pattern and status.",
    labelNames: ["method", "route", "status"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return {
    observe: ({ method, route, status, seconds }) =>
      histogram.observe({ method, route, status: String(status) }, seconds),
  };
};
