import { builtInModels, createPricing, type Pricing, type PricingModels } from "@meter/pricing";
import { instant } from "@meter/primitives";
import { createMemoryMeters } from "../memory/meter-store.ts";
import { createMemoryUsage } from "../memory/usage.ts";
import { defaultNamespaceKey } from "../access/namespace.ts";
import type { Clock } from "../shared/clock.ts";
import type { MeterStore } from "../metering/meter-store.ts";
import type { EventLogHead, EventLogWriter } from "../shared/event-log.ts";
import type { UsageFreshness } from "../metering/freshness.ts";
import type { UsageReader } from "../metering/usage-reader.ts";
import type { BuiltInModels } from "./price-input.ts";
import { createIdSource, type IdSource, type MonotonicNow } from "../shared/sources.ts";

/** Where events go. */
export type LogPart = EventLogWriter & EventLogHead;

/** Where usage is read: it holds what the log has taken. */
export type UsagePart = Readonly<{ reader: Pick<UsageReader, "query">; freshness: UsageFreshness }>;

/** Where meters are kept. */
export type StorePart = Readonly<{ meters: MeterStore }>;

/** What `createMeter` stands on; every part has a default. */
export type MeterParts<Models extends PricingModels = BuiltInModels> = Readonly<{
  /** Whose meters and events these are. Default: "default". */
  namespace?: string;
  /** The price models. Default: ours; add to them with `{ ...builtInModels, mine }`. */
  models?: Models;
  /** Default: in memory. */
  store?: StorePart;
  /** Default: the system's clock. */
  clock?: Clock;
  /** Default: ULIDs of the system's time and `crypto.getRandomValues`. */
  ids?: IdSource;
}> &
  (
    | Readonly<{
        log?: never;
        usage?: never;
        /** How many events memory takes: see `createMemoryUsage`. */
        eventsMax?: number;
      }>
    /** They belong together: usage that does not hold what the log takes would answer too little. */
    | Readonly<{ log: LogPart; usage: UsagePart; eventsMax?: never }>
  );

export type LibraryDeps = Readonly<{
  namespace: string;
  pricing: Pricing;
  log: LogPart;
  usage: UsagePart;
  store: StorePart;
  clock: Clock;
  ids: IdSource;
  monotonicNow: MonotonicNow;
}>;

/** Throws a TypeError for a log without its usage, and the other way round. */
export const toLibraryDeps = (parts: MeterParts<PricingModels>): LibraryDeps => {
  const { namespace = defaultNamespaceKey, models = builtInModels, clock = systemClock } = parts;
  return {
    namespace,
    pricing: createPricing({ models }),
    ...toLogAndUsage(parts, clock),
    store: parts.store ?? { meters: createMemoryMeters() },
    clock,
    ids: parts.ids ?? createIdSource({ clock: systemClock, crypto: { randomBytes } }),
    monotonicNow: () => performance.now(),
  };
};

const toLogAndUsage = (parts: MeterParts<PricingModels>, clock: Clock): Pick<LibraryDeps, "log" | "usage"> => {
  const { log, usage, eventsMax } = parts;
  if (log !== undefined && usage !== undefined) return { log, usage };
  if (log !== undefined || usage !== undefined) {
    throw new TypeError("log and usage belong together: give createMeter both, or none for memory");
  }
  const memory = createMemoryUsage(clock, eventsMax === undefined ? {} : { eventsMax });
  return { log: memory.log, usage: memory };
};

// What every platform has: Node, browsers, edge workers.

const systemClock: Clock = { now: () => instant(Date.now()) };

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));
