import { setTimeout as sleep } from "node:timers/promises";
import type { Answer, Call } from "./meter.test-support.ts";

export const workEvent = (
  number: number,
  data: Readonly<Record<string, unknown>> = { n: 1, kind: `kind-${number % 3}` },
): object => ({
  specversion: "1.0",
  id: `w-${number}`,
  source: "traffic",
  type: "work",
  subject: `subject-${number % 5}`,
  time: new Date(1_760_000_000_000 + (number % 1_000) * 60_000).toISOString(),
  data,
});

export const countMeter: object = { slug: "n", eventType: "work", aggregation: "COUNT", groupBy: { kind: "$.kind" } };

/** Sum over all rows of a meter's answer; throws unless it is a 200. */
export const totalOf = async (call: Call, slug = "n", query = ""): Promise<number> => {
  const answer = await call("GET", `/api/v1/meters/${slug}/query${query}`);
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
  return toTotal(answer);
};

export const toTotal = (answer: Answer): number =>
  (answer.json as { data: { value: number }[] }).data.reduce((sum, { value }) => sum + value, 0);

export type Traffic = Readonly<{
  /** Events of which a 204 has arrived. */
  acknowledged: () => number;
  /** Events whose sending has begun. */
  sent: () => number;
  /** Answers to posts that were no 204, and failed connections. */
  refusals: readonly string[];
  /** Ends when each event that was sent has been acknowledged. */
  end: () => Promise<void>;
}>;

const clients = 3;
const retryMs = 25;

/**
 * Posts new events, one and ten at a time, until `end`. A post that is not acknowledged is sent again as it is until it is,
 * so that afterwards the number of events is known exactly. `call` answers null while there is no server.
 */
export const startTraffic = (call: () => Call | null, from: number): Traffic => {
  let next = from;
  let acknowledged = 0;
  let sending = true;
  const isSending = (): boolean => sending;
  const refusals: string[] = [];

  const post = async (events: readonly object[]): Promise<void> => {
    for (;;) {
      const answer = await call()?.("POST", "/api/v1/events", events).catch((error: unknown) => String(error));
      if (typeof answer === "object" && answer.status === 204) break;
      if (answer !== undefined) refusals.push(typeof answer === "string" ? answer : `${answer.status} ${answer.text}`);
      await sleep(retryMs);
    }
    acknowledged += events.length;
  };
  const client = async (size: number): Promise<void> => {
    while (isSending()) {
      await post(Array.from({ length: size }, () => workEvent(next++)));
      await sleep(5);
    }
  };
  const running = Promise.all(Array.from({ length: clients }, (_, index) => client(index === 0 ? 10 : 1)));
  return {
    acknowledged: () => acknowledged,
    sent: () => next - from,
    refusals,
    end: async () => {
      sending = false;
      await running;
    },
  };
};
