import { type ControlDeps, createScheduler, type Scheduler } from "@meter/core";
import { builtInBillingProfile } from "@meter/invoicing";
import { builtInModels, createPricing } from "@meter/pricing";
import { instant, parseInstant } from "@meter/primitives";
import { createTestApp, event, requestDuration, type TestApp } from "../app.test-support.ts";
import { answer, createPlan, givenFeature, monthlyFee, perUnit, phase, publish } from "./catalog.test-support.ts";

export type CustomerAnswer = Readonly<{ id: string; key: string }>;

export type SubscriptionAnswer = Readonly<{
  id: string;
  status: string;
  customerId: string;
  plan: Readonly<{ id: string; key: string; version: number }>;
  activeFrom: string;
  activeTo?: string;
}>;

export type Problem = Readonly<{
  status: number;
  code: string;
  detail: string;
  extensions?: Readonly<{ validationErrors?: readonly object[]; conflictingEntityId?: string }>;
}>;

export type BillingTestApp = TestApp &
  Readonly<{
    createCustomer: (members?: Readonly<Record<string, unknown>>) => Promise<CustomerAnswer>;
    subscribe: (customer: Readonly<{ id: string }>, members?: object) => Promise<SubscriptionAnswer>;
    post: (path: string, body?: unknown) => Promise<Response>;
    get: (path: string) => Promise<Response>;
    /** Moves the clock, and does what is due until then, each piece at its own instant. */
    passUntil: (at: string) => Promise<void>;
    scheduler: Scheduler;
  }>;

/** A meter, a feature, and a published plan `pro`: a monthly fee of 20 in advance, and 0.25 for each unit. */
export const createBillingApp = async (overrides: Partial<ControlDeps> = {}): Promise<BillingTestApp> => {
  const app = await createTestApp({ deps: overrides });
  const { deps, clock } = app;
  await app.given({ meters: [requestDuration] });
  await givenFeature(app);
  await publish(app, await createPlan(app, { phases: [phase([monthlyFee, perUnit])] }));
  const scheduler = createScheduler({
    ...deps,
    pricing: createPricing({ models: builtInModels }),
    profile: deps.profile ?? builtInBillingProfile,
    timer: { sleep: async () => {}, yield: async () => {} },
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  });
  const post: BillingTestApp["post"] = (path, body) => app.send("POST", path, body === undefined ? {} : { body });
  let customers = 0;
  return {
    ...app,
    scheduler,
    post,
    get: (path) => app.send("GET", path),
    createCustomer: (members = {}) => {
      customers += 1;
      const key = `customer-${customers}`;
      return answer<CustomerAnswer>(post("/api/v1/customers", { name: `Customer ${customers}`, key, ...members }), 201);
    },
    subscribe: ({ id }, members = {}) =>
      answer<SubscriptionAnswer>(
        post("/api/v1/subscriptions", { customerId: id, plan: { key: "pro" }, ...members }),
        201,
      ),
    passUntil: async (text) => {
      const until = toInstant(text);
      for (;;) {
        const dueAt = await deps.billing.nextDueAt();
        if (dueAt === null || dueAt > until) break;
        clock.advance(Math.max(0, dueAt - clock.now()));
        await scheduler.runUntil(dueAt);
        if ((await deps.billing.listParked(null)).length > 0) break;
      }
      clock.advance(Math.max(0, until - clock.now()));
    },
  };
};

const toInstant = (text: string) => {
  const parsed = parseInstant(text);
  return parsed.ok ? parsed.value : instant(Number.NaN);
};

/** So many units used by a customer at a time. */
export const usage = (subject: string, units: string, time: string): object =>
  event({ subject, time, data: { duration_ms: units, route: "/a" } });
