import type { TestApp } from "../app.test-support.ts";
import { requestDuration } from "../app.test-support.ts";

/** Bodies of the catalog, of which only what matters is named. */

export const feature = (members: Readonly<Record<string, unknown>> = {}): object => ({
  key: "duration",
  name: "Duration",
  meterSlug: requestDuration.slug,
  ...members,
});

export const monthlyFee = {
  type: "flat_fee",
  key: "fee",
  name: "Fee",
  billingCadence: "P1M",
  price: { type: "flat", amount: "20", paymentTerm: "in_advance" },
} as const;

export const perUnit = {
  type: "usage_based",
  key: "duration",
  name: "Duration",
  featureKey: "duration",
  billingCadence: "P1M",
  price: { type: "unit", amount: "0.25" },
} as const;

export const phase = (rateCards: readonly object[], members: Readonly<Record<string, unknown>> = {}): object => ({
  key: "default",
  name: "Default",
  duration: null,
  rateCards,
  ...members,
});

export const plan = (members: Readonly<Record<string, unknown>> = {}): object => ({
  key: "pro",
  name: "Pro",
  currency: "USD",
  billingCadence: "P1M",
  phases: [phase([monthlyFee])],
  ...members,
});

export type PlanAnswer = Readonly<{ id: string; version: number; status: string; phases: readonly unknown[] }>;

/** The JSON of an answer that has the status; throws with the answer otherwise. */
export const answer = async <T = PlanAnswer>(response: Response | Promise<Response>, status: number): Promise<T> => {
  const got = await response;
  const text = await got.text();
  if (got.status !== status) throw new Error(`${got.status} instead of ${status}: ${text}`);
  return JSON.parse(text === "" ? "null" : text) as T; // what the test expects
};

export const createPlan = (app: TestApp, members: Readonly<Record<string, unknown>> = {}): Promise<PlanAnswer> =>
  answer(app.send("POST", "/api/v1/plans", { body: plan(members) }), 201);

export const publish = (app: TestApp, { id }: Readonly<{ id: string }>): Promise<PlanAnswer> =>
  answer(app.send("POST", `/api/v1/plans/${id}/publish`), 200);

export const givenFeature = async (app: TestApp, members: Readonly<Record<string, unknown>> = {}): Promise<void> => {
  await answer(app.send("POST", "/api/v1/features", { body: feature(members) }), 201);
};
