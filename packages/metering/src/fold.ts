import { createExtractor, groupBy } from "@meter/primitives";
import type { JsonFound, JsonPath } from "@meter/primitives";

import { boundText, type Sha256, shortTextUnitsMax } from "./bounded-text.ts";
import type { MeterBuild } from "./build.ts";
import type { FoldEvent, UsageEntry } from "./entry.ts";
import { toDimensionText, toDistinctText, toQuantity } from "./value.ts";

/**
 * Folds an event for all builds of its namespace and type, in the order given, in one pass over its data. The builds
 * are indexed once, each type's when its first event comes; the answer is empty when none fits. Pure: an event always folds to the same entries,
 * whichever `sha256` is given. `eventFrom` is
 * no part of it: a read applies that.
 */
export const createFold = (
  builds: readonly MeterBuild[],
  sha256?: Sha256,
): ((event: FoldEvent) => readonly UsageEntry[]) => {
  const groups = groupBuilds(builds);
  return (event) => {
    const group = groups.get(event.namespace)?.get(event.type);
    return group === undefined ? [] : foldGroup(group(), event, sha256);
  };
};

/** The builds of one namespace and event type, with one extractor for the paths of all of them. */
type FoldGroup = Readonly<{
  extract: ((text: string | null) => readonly JsonFound[]) | null;
  plans: readonly FoldPlan[];
  /** Places of the paths that are texts of some plan: dimensions, and values of unique_count. */
  textsAt: readonly number[];
}>;

/** A build and where its paths stand in what the extractor answers; `valueAt` is −1 for a count. */
type FoldPlan = Readonly<{ build: MeterBuild; valueAt: number; dimensionsAt: readonly number[] }>;

const foldGroup = (
  { extract, plans, textsAt }: FoldGroup,
  event: FoldEvent,
  sha256: Sha256 | undefined,
): readonly UsageEntry[] => {
  const found = extract === null ? [] : extract(event.data);
  const texts = boundTexts(found, textsAt, sha256);
  const entries: UsageEntry[] = [];
  for (const plan of plans) entries.push(foldPlan(plan, event, { found, texts }));
  return entries;
};

/** What was found, with texts as entries hold them: each is hashed once, however many paths and plans name it. */
const boundTexts = (
  found: readonly JsonFound[],
  textsAt: readonly number[],
  sha256: Sha256 | undefined,
): readonly JsonFound[] => {
  if (textsAt.every((at) => isShort(found[at]))) return found;
  const texts = [...found];
  const known = new Map<JsonFound, JsonFound>();
  for (const at of textsAt) {
    const one = found[at];
    if (one === undefined || !("text" in one)) continue;
    const bound = known.get(one) ?? { type: one.type, text: boundText(one.text, sha256) };
    known.set(one, bound);
    texts[at] = bound;
  }
  return texts;
};

const isShort = (found: JsonFound | undefined): boolean =>
  found === undefined || !("text" in found) || found.text.length <= shortTextUnitsMax;

const foldPlan = (
  { build, valueAt, dimensionsAt }: FoldPlan,
  event: FoldEvent,
  { found, texts }: Readonly<{ found: readonly JsonFound[]; texts: readonly JsonFound[] }>,
): UsageEntry => {
  let value: string | null = null;
  let text: string | null = null;
  switch (build.aggregation) {
    case "count":
      break;
    case "unique_count":
      text = toDistinctText(texts[valueAt] ?? nothing);
      break;
    case "latest":
      value = toQuantity(found[valueAt] ?? nothing);
      text = `${event.source}\n${event.id}`;
      break;
    case "sum":
    case "avg":
    case "min":
    case "max":
      value = toQuantity(found[valueAt] ?? nothing);
      break;
  }
  const dimensions: string[] = [];
  for (const at of dimensionsAt) dimensions.push(toDimensionText(texts[at] ?? nothing));
  const { namespace, subject, time } = event;
  return { build: build.id, namespace, subject, time, value, text, dimensions };
};

const nothing: JsonFound = { type: "missing" };

const groupBuilds = (builds: readonly MeterBuild[]): ReadonlyMap<string, ReadonlyMap<string, () => FoldGroup>> => {
  const byNamespace = groupBy(builds, ({ namespace }) => namespace);
  return new Map(
    Array.from(byNamespace, ([namespace, members]) => {
      const byType = groupBy(members, ({ eventType }) => eventType);
      return [namespace, new Map(Array.from(byType, ([type, same]) => [type, once(() => planGroup(same))]))];
    }),
  );
};

const once = <T extends object>(make: () => T): (() => T) => {
  let made: T | null = null;
  return () => (made ??= make());
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
  const textsAt = new Set(
    plans.flatMap(({ build, valueAt, dimensionsAt }) =>
      build.aggregation === "unique_count" ? [valueAt, ...dimensionsAt] : dimensionsAt,
    ),
  );
  return { extract: paths.length === 0 ? null : createExtractor(paths), plans, textsAt: [...textsAt] };
};
