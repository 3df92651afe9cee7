import { add, type Added, type EventInput } from "./add.ts";
import { define, type DefinedMeter, type MeterInput } from "./define.ts";
import type { PricingModels } from "@meter/pricing";
import { orThrow } from "./failure.ts";
import { type MeterParts, toLibraryDeps } from "./parts.ts";
import type { BuiltInModels } from "./price-input.ts";
import { quantity, query, type UsageAnswer, type UsageQuestion, type UsageScope } from "./query.ts";
import { type Amount, rate, type Ratable } from "./rate.ts";

/** The verbs, answering failures as data. */
export type MeterAttempts<Models extends PricingModels = BuiltInModels> = Readonly<{
  define: ReturnType<typeof define>;
  add: ReturnType<typeof add>;
  query: ReturnType<typeof query>;
  quantity: ReturnType<typeof quantity>;
  rate: (input: Ratable<Models>) => ReturnType<ReturnType<typeof rate>>;
}>;

/**
 * The product without a server. Every verb throws (rejects with) a `MeterError` whose message names the fields and whose
 * `failure` is data; `attempt` has the same verbs answering `Result`.
 */
export type MeterLibrary<Models extends PricingModels = BuiltInModels> = Readonly<{
  /** Says what to measure; events that were there before count, too. */
  define: (input: MeterInput) => Promise<DefinedMeter>;
  /** Takes events, all or none. An event that is there already counts once. */
  add: (events: EventInput | readonly EventInput[] | string) => Promise<Added>;
  /** A meter's usage, by window and group. Sees every event that was added before. */
  query: (meter: string, question?: UsageQuestion) => Promise<readonly UsageAnswer[]>;
  /** A meter's usage as one exact number. */
  quantity: (meter: string, scope?: UsageScope) => Promise<string>;
  /** What a quantity costs: exactly, rounded, explained. */
  rate: (input: Ratable<Models>) => Amount;
  attempt: MeterAttempts<Models>;
}>;

/**
 * Meters, events and prices in memory, or over parts of your own. Throws for parts that do not belong together.
 *
 * The verbs throw because a script has nobody to hand a failure to, and one that goes unread would be a number too low. A
 * program that acts on failures takes them from `attempt`.
 */
export const createMeter = <const Models extends PricingModels = BuiltInModels>(
  parts: MeterParts<Models> = {},
): MeterLibrary<Models> => {
  const deps = toLibraryDeps(parts);
  const attempt: MeterAttempts<Models> = {
    define: define(deps),
    add: add(deps),
    query: query(deps),
    quantity: quantity(deps),
    rate: rate(deps) as MeterAttempts<Models>["rate"], // it takes prices of any models, so of these
  };
  return {
    define: async (input) => orThrow("define", await attempt.define(input)),
    add: async (events) => orThrow("add", await attempt.add(events)),
    query: async (meter, question) => orThrow("query", await attempt.query(meter, question)),
    quantity: async (meter, scope) => orThrow("quantity", await attempt.quantity(meter, scope)),
    rate: (input) => orThrow("rate", attempt.rate(input)),
    attempt,
  };
};
