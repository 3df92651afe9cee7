import type { FeatureFilter, MeterId } from "@meter/catalog";
import type { LineUsage, Measure, UsageSource } from "@meter/invoicing";
import { type Decimal, err, ok, type Period, type Result, zero } from "@meter/primitives";
import type { FeatureStore } from "../catalog/catalog-store.ts";
import type { MeterStore, MeterWithBuilds } from "../metering/meter-store.ts";
import type { LogId } from "../shared/event-log.ts";
import { UsageUnavailable, type UsageReader } from "../metering/usage-reader.ts";
import type { FreshUsageDeps } from "../metering/fresh-usage.ts";
import { resolveBuild } from "../metering/resolve-build.ts";
import { type Patience, requestPatience } from "./patience.ts";

/**
 * A quantity that cannot be had now. Nothing is billed as zero for it. `lasting`: what it is measured by is not there, which is
 * no matter of time; it concerns this quantity alone.
 */
export type UsageNotRead = Readonly<{ type: "usage_not_read"; reason: string; lasting: boolean }>;

export type ReadQuantityDeps = FreshUsageDeps &
  Readonly<{
    features: Pick<FeatureStore, "find">;
    meters: Pick<MeterStore, "find">;
    reader: Pick<UsageReader, "query">;
  }>;

/** What is measured: a feature as it is now, or what a line was drafted on, whatever its feature has become since. */
export type Measured = Readonly<{ type: "feature"; key: string }> | (Readonly<{ type: "source" }> & Measure);

export type QuantityOf = Readonly<{
  namespace: string;
  measured: Measured;
  subjects: readonly string[];
  period: Period;
}>;

/** Reads of one moment: all at the same positions of the log, below which every event is in usage. */
export type QuantityReading = Readonly<{
  read: (of: QuantityOf) => Promise<Result<LineUsage, UsageNotRead>>;
}>;

/** Waits until usage holds every event that was acknowledged before this call. */
export const beginReading = async (
  deps: ReadQuantityDeps,
  patience: Patience,
): Promise<Result<QuantityReading, UsageNotRead>> => {
  const positions = await deps.log.head();
  const startedAt = deps.monotonicNow();
  if (!(await deps.freshness.reach(positions, patience.restMs("for_usage")))) {
    patience.spend("for_usage", deps.monotonicNow() - startedAt);
    return notRead("usage has not caught up with the accepted events");
  }
  return ok({
    read: async ({ namespace, measured, subjects, period }) => {
      const source = await findSource(deps, namespace, measured);
      if (!source.ok) return source;
      const read: UsageSource = { ...source.value, subjects, positions };
      const quantity = await readAtSource(deps, namespace, read, period, patience);
      return quantity.ok ? ok({ quantity: quantity.value, source: read }) : quantity;
    },
  });
};

export type FindMeasureDeps = Pick<ReadQuantityDeps, "features" | "meters">;

/** What a feature measures now; null: nothing that is there. It reads no usage. */
export const findMeasure = async (
  deps: FindMeasureDeps,
  namespace: string,
  featureKey: string,
): Promise<Measure | null> => {
  const found = await findSource(deps, namespace, { type: "feature", key: featureKey });
  return found.ok ? found.value : null;
};

const findSource = async (
  { features, meters }: FindMeasureDeps,
  namespace: string,
  measured: Measured,
): Promise<Result<Measure, UsageNotRead>> => {
  if (measured.type === "source") return ok({ meterId: measured.meterId, filters: measured.filters });
  const feature = await features.find(namespace, measured.key);
  if (feature === null) return notMeasurable(`there is no feature ${measured.key}`);
  if (feature.meterKey === null) return notMeasurable(`the feature ${measured.key} has no meter`);
  const found = await meters.find(namespace, feature.meterKey);
  return found === null || found.meter.deletedAt !== null
    ? notMeasurable(`the meter ${feature.meterKey} of the feature ${feature.key} is not there`)
    : ok({ meterId: found.meter.id, filters: feature.meterGroupByFilters });
};

export type ReadAtSourceDeps = Pick<ReadQuantityDeps, "meters" | "freshness" | "reader" | "monotonicNow">;

/**
 * The usage in [start, end) of what `source` names, as of its positions: the same whenever it is asked, whatever arrived
 * since. No usage is zero; no answer is not.
 */
export const readAtSource = async (
  deps: ReadAtSourceDeps,
  namespace: string,
  source: UsageSource,
  period: Period,
  patience: Patience = requestPatience,
): Promise<Result<Decimal, UsageNotRead>> => {
  const found = await deps.meters.find(namespace, source.meterId as MeterId); // only looked up
  if (found === null || found.meter.deletedAt !== null)
    return notMeasurable(`the meter ${source.meterId} is not there any more`);
  const dimensions = Object.entries(source.filters).map(([key, filter]: [string, FeatureFilter]) => ({ key, filter }));
  const dimensionKeys = dimensions.map(({ key }) => key);
  const unknown = dimensionKeys.filter((key) => !Object.hasOwn(found.meter.groupBy, key));
  if (unknown.length > 0) return notMeasurable(`the meter ${found.meter.key} has no dimension ${unknown.join(", ")}`);
  const build = await awaitBuild(deps, found, dimensionKeys, patience);
  if (!build.ok) return notRead("the meter is still reading earlier events");
  const timeoutMs = patience.restMs("for_answers");
  if (timeoutMs === 0) return notRead("the usage store has not answered others in time, and was not asked again");
  const startedAt = deps.monotonicNow();
  try {
    const rows = await deps.reader.query(
      build.value,
      {
        from: period.start,
        to: period.end,
        notBefore: found.meter.eventFrom,
        window: null,
        subjects: null,
        customers: [{ id: "customer", subjects: source.subjects }],
        dimensions,
        groupBy: [],
      },
      source.positions.map(({ log, partition, offset }) => ({ log: log as LogId, partition, offset })), // read from a log before
      { timeoutMs },
    );
    return ok(rows[0]?.value ?? zero);
  } catch (cause) {
    if (!(cause instanceof UsageUnavailable)) throw cause;
    patience.spend("for_answers", deps.monotonicNow() - startedAt);
    return notRead(`the usage store does not answer: ${cause.message}`);
  }
};

const awaitBuild = async (
  { freshness, monotonicNow }: Pick<ReadAtSourceDeps, "freshness" | "monotonicNow">,
  found: MeterWithBuilds,
  dimensions: readonly string[],
  patience: Patience,
): ReturnType<typeof resolveBuild> => {
  const startedAt = monotonicNow();
  const build = await resolveBuild(freshness, found, dimensions, { restMs: () => patience.restMs("for_usage") });
  if (!build.ok) patience.spend("for_usage", monotonicNow() - startedAt);
  return build;
};

const notRead = (reason: string): Result<never, UsageNotRead> =>
  err({ type: "usage_not_read", reason, lasting: false });

const notMeasurable = (reason: string): Result<never, UsageNotRead> =>
  err({ type: "usage_not_read", reason, lasting: true });
