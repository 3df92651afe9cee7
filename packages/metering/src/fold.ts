import { createExtractor, groupBy } from "@meter/primitives";
import type { JsonFound, JsonPath } from "@meter/primitives";

import type { MeterBuild } from "./build.ts";
import type { FoldEvent, UsageEntry } from "./entry.ts";
import { toDimensionText, toDistinctText, toQuantity } from "./value.ts";

/**
 * Folds an event for all builds of its namespace and type, in the order given, in one pass over its data. The builds
 * are indexed once; the answer is empty when none fits. Pure: an event always folds to the same entries. `eventFrom` is
 * no part of it: a read applies that.
 */
export const createFold = (builds: readonly MeterBuild[]): ((event: FoldEvent) => readonly UsageEntry[]) => {
  const groups = groupBuilds(builds);
  return (event) => {
    const group = groups.get(event.namespace)?.get(event.type);
    return group === undefined ? [] : foldGroup(group, event);
  };
};

/** The builds of one namespace and event type, with one extractor for the paths of all of them. */
type FoldGroup = Readonly<{
  extract: ((text: string | null) => readonly JsonFound[]) | null;
  plans: readonly FoldPlan[];
}>;

/** A build and where its paths stand in what the extractor answers; `valueAt` is −1 for a count. */
type FoldPlan = Readonly<{ build: MeterBuild; valueAt: number; dimensionsAt: readonly number[] }>;

const foldGroup = ({ extract, plans }: FoldGroup, event: FoldEvent): readonly UsageEntry[] => {
  const found = extract === null ? [] : extract(event.data);
  const entries: UsageEntry[] = [];
  for (const plan of plans) entries.push(foldPlan(plan, event, found));
  return entries;
};

const foldPlan = (
  { build, valueAt, dimensionsAt }: FoldPlan,
  event: FoldEvent,
  found: readonly JsonFound[],
): UsageEntry => {
  const target = found[valueAt] ?? nothing;
  let value: string | null = null;
  let text: string | null = null;
  switch (build.aggregation) {
    case "count":
      break;
    case "unique_count":
      text = toDistinctText(target);
      break;
    case "latest":
      value = toQuantity(target);
      text = `${event.source}\n${event.id}`;
      break;
    case "sum":
    case "avg":
    case "min":
    case "max":
      value = toQuantity(target);
      break;
  }
  const dimensions: string[] = [];
  for (const at of dimensionsAt) dimensions.push(toDimensionText(found[at] ?? nothing));
  const { namespace, subject, time } = event;
  return { build: build.id, namespace, subject, time, value, text, dimensions };
};

const nothing: JsonFound = { type: "missing" };

const groupBuilds = (builds: readonly MeterBuild[]): ReadonlyMap<string, ReadonlyMap<string, FoldGroup>> => {
  const byNamespace = groupBy(builds, ({ namespace }) => namespace);
  return new Map(
    Array.from(byNamespace, ([namespace, members]) => {
      const byType = groupBy(members, ({ eventType }) => eventType);
      return [namespace, new Map(Array.from(byType, ([type, same]) => [type, planGroup(same)]))];
    }),
  );
};

const planGroup = (builds: readonly MeterBuild[]): FoldGroup => {
  const paths: JsonPath[] = [];
  const placeByText = new Map<string, number>();
  const placeOf = (path: JsonPath): number => {
    const known = placeByText.get(path.text);
    if (known !== undefined) return known;
    placeByText.set(path.text, paths.length);
    return paths.push(path) - 1;
  };
  const plans = builds.map((build) => ({
    build,
    valueAt: build.value === null ? -1 : placeOf(build.value),
    dimensionsAt: build.dimensions.map(({ path }) => placeOf(path)),
  }));
  return { extract: paths.length === 0 ? null : createExtractor(paths), plans };
};
