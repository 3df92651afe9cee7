import { Counter, Histogram, type Registry } from "prom-client";

export type HttpMetrics = Readonly<{
  observe: (
    request: Readonly<{
      method: string;
      /** A pattern, so that the number of series is bounded. */
      route: string;
      status: number;
      /** Of the problem that was answered; null: none. */
      problem: string | null;
      seconds: number;
    }>,
  ) => void;
}>;

/** Few: each is a series for every route. */
const buckets = [0.005, 0.05, 0.5, 5];

/** Registers `meter_http_requests_total` and `meter_http_request_duration_seconds`. */
export const createHttpMetrics = (registry: Registry): HttpMetrics => {
  const requests = new Counter({
    name: "meter_http_requests_total",
    help: "Requests by route pattern and status; problem is the code of a refusal. 499: the client went away.",
    labelNames: ["method", "route", "status", "problem"],
    registers: [registry],
  });
  const duration = new Histogram({
    name: "meter_http_request_duration_seconds",
    help: "Time from the first byte of a request to the start of its answer, by route pattern.",
    labelNames: ["method", "route"],
    buckets,
    registers: [registry],
  });
  return {
    observe: ({ method, route, status, problem, seconds }) => {
      requests.inc({ method, route, status: String(status), problem: problem ?? "" });
      duration.observe({ method, route }, seconds);
    },
  };
};
