import type { Aggregation } from "@meter/catalog";
import { add, assert, compare, parseDecimal } from "@meter/primitives";
import type { Decimal, Instant } from "@meter/primitives";

import type { UsageEntry } from "./entry.ts";
import { compareText } from "./text-order.ts";
import type { UsageTotals } from "./usage-query.ts";
import { windowOf } from "./windows.ts";
import type { WindowPlan } from "./windows.ts";

/**
 * Totals of every group and window that has an entry, in no particular order; the order of the entries does not matter.
 */
export const totalUsage = (
  entries: readonly UsageEntry[],
  {
    aggregation,
    groupOf,
    plan,
  }: Readonly<{
    aggregation: Aggregation;
    groupOf: (entry: UsageEntry) => readonly string[];
    plan: WindowPlan | null;
  }>,
): readonly UsageTotals[] => {
  const gathered = new Map<string, Gathered>();
  for (const entry of entries) {
    const windowStart = plan === null ? null : windowOf(plan, entry.time).start;
    const group = groupOf(entry);
    const key = keyOf(windowStart, group);
    let mine = gathered.get(key);
    if (mine === undefined) {
      mine = createGathered({ windowStart, group, time: entry.time });
      gathered.set(key, mine);
    }
    gather(mine, aggregation, entry);
  }
  return Array.from(gathered.values(), toTotals);
};

/** Totals on their way: the only thing in this package that changes, and never seen outside this file. */
type Gathered = {
  readonly windowStart: Instant | null;
  readonly group: readonly string[];
  firstTime: Instant;
  lastTime: Instant;
  count: number;
  valueCount: number;
  sum: Decimal | null;
  min: Decimal | null;
  max: Decimal | null;
  latest: Candidate | null;
  readonly texts: Set<string>;
};

type Candidate = Readonly<{ time: Instant; text: string; value: Decimal }>;

const createGathered = ({
  windowStart,
  group,
  time,
}: Readonly<{
  windowStart: Instant | null;
  group: readonly string[];
  time: Instant;
}>): Gathered => ({
  windowStart,
  group,
  firstTime: time,
  lastTime: time,
  count: 0,
  valueCount: 0,
  sum: null,
  min: null,
  max: null,
  latest: null,
  texts: new Set(),
});

const gather = (mine: Gathered, aggregation: Aggregation, { time, value, text }: UsageEntry): void => {
  mine.count += 1;
  if (time < mine.firstTime) mine.firstTime = time;
  if (time > mine.lastTime) mine.lastTime = time;
  if (aggregation === "count") return;
  if (aggregation === "unique_count") {
    if (text !== null) mine.texts.add(text);
    return;
  }
  if (value === null) return;
  mine.valueCount += 1;
  gatherValue(mine, aggregation, { time, text: text ?? "", value: toDecimal(value) });
};

const gatherValue = (
  mine: Gathered,
  aggregation: Exclude<Aggregation, "count" | "unique_count">,
  candidate: Candidate,
): void => {
  const { value } = candidate;
  switch (aggregation) {
    case "sum":
    case "avg":
      mine.sum = mine.sum === null ? value : add(mine.sum, value);
      return;
    case "min":
      if (mine.min === null || compare(value, mine.min) < 0) mine.min = value;
      return;
    case "max":
      if (mine.max === null || compare(value, mine.max) > 0) mine.max = value;
      return;
    case "latest":
      if (mine.latest === null || isLater(candidate, mine.latest)) mine.latest = candidate;
      return;
  }
};

/**
 * The value decides last: two events of one instant may spell the same source and id together, and the answer must not
 * hang on their order.
 */
const isLater = (a: Candidate, b: Candidate): boolean => {
  if (a.time !== b.time) return a.time > b.time;
  const order = compareText(a.text, b.text);
  return order === 0 ? compare(a.value, b.value) > 0 : order > 0;
};

const toTotals = ({ texts, latest, ...rest }: Gathered): UsageTotals => ({
  ...rest,
  latest: latest === null ? null : latest.value,
  unique: texts.size,
});

const toDecimal = (text: string): Decimal => {
  const parsed = parseDecimal(text);
  assert(parsed.ok, "a usage entry's value is a decimal within quantityLimits");
  return parsed.value;
};

/** Each text after its length, so that ("a", "bc") never meets ("ab", "c"). */
const keyOf = (windowStart: Instant | null, group: readonly string[]): string => {
  let key = `${windowStart ?? ""}/`;
  for (const text of group) key += `${text.length}:${text}`;
  return key;
};
