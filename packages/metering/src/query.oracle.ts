import type { Aggregation } from "@meter/catalog";

import type { UsageEntry } from "./entry.ts";
import type { UsageQuery } from "./usage-query.ts";

/**
 * The rules of a meter query read one by one, with other means than the package uses: local wall clocks instead of
 * window plans, integers of 10^-30 instead of decimals, lists instead of running totals. Slow; for tests. `passes` says
 * what the query's dimension filters mean. Rows are lines of window start, window end, group values and value.
 */
export const naiveUsage = (
  aggregation: Aggregation,
  entries: readonly UsageEntry[],
  {
    query,
    passes,
    dimensionKeys,
  }: Readonly<{
    query: UsageQuery;
    passes: (dimensions: readonly string[]) => boolean;
    dimensionKeys: readonly string[];
  }>,
): string[] => {
  const customerOf = (subject: string): string | undefined =>
    query.customers?.find(({ subjects }) => subjects.includes(subject))?.id;
  const counted = entries
    .filter(({ time }) => query.from === null || time >= query.from)
    .filter(({ time }) => query.notBefore === null || time >= query.notBefore)
    .filter(({ time }) => query.to === null || time < query.to)
    .filter(({ subject }) => query.subjects?.includes(subject) ?? true)
    .filter(({ subject }) => query.customers === null || customerOf(subject) !== undefined)
    .filter(({ dimensions }) => passes(dimensions));

  const groupOf = ({ subject, dimensions }: UsageEntry): string[] =>
    query.groupBy.map((key) => {
      if (key === "subject") return subject;
      return (key === "customer_id" ? customerOf(subject) : dimensions[dimensionKeys.indexOf(key)]) ?? "?";
    });
  const buckets = Object.values(
    Object.groupBy(counted, (entry) =>
      JSON.stringify([query.window === null ? [] : naiveWindow(entry.time, query.window), groupOf(entry)]),
    ),
  );
  const rows = buckets.flatMap((bucket = []) => {
    const value = naiveValue(aggregation, bucket);
    const [first] = bucket;
    if (value === null || first === undefined) return [];
    const times = bucket.map(({ time }) => time);
    const [start, end] =
      query.window === null
        ? [query.from ?? minuteFloor(Math.min(...times)), query.to ?? minuteFloor(Math.max(...times)) + 60_000]
        : naiveWindow(first.time, query.window);
    return [{ start, end, group: groupOf(first), value }];
  });
  if (rows.length === 0 && query.window === null && query.groupBy.length === 0 && aggregation.endsWith("count")) {
    rows.push({ start: query.from ?? 0, end: query.to ?? 60_000, group: [], value: 0n });
  }
  return rows
    .toSorted((a, b) => a.start - b.start || compareGroups(a.group, b.group))
    .map(({ start, end, group, value }) => [printTime(start), printTime(end), ...group, printValue(value)].join(" "));
};

/** In units of 10^-30. */
const naiveValue = (aggregation: Aggregation, bucket: readonly UsageEntry[]): bigint | null => {
  if (aggregation === "count") return BigInt(bucket.length) * one;
  if (aggregation === "unique_count")
    return BigInt(new Set(bucket.flatMap(({ text }) => (text === null ? [] : [text]))).size) * one;
  const valid = bucket.flatMap((entry) => (entry.value === null ? [] : [{ ...entry, value: scaled(entry.value) }]));
  const ascending = valid.map(({ value }) => value).toSorted((a, b) => (a < b ? -1 : 1));
  const total = ascending.reduce((sum, value) => sum + value, 0n);
  switch (aggregation) {
    case "sum":
      return valid.length === 0 ? null : total;
    case "avg":
      return valid.length === 0 ? null : halfAway(total, BigInt(valid.length));
    case "min":
      return ascending.at(0) ?? null;
    case "max":
      return ascending.at(-1) ?? null;
    case "latest":
      return (
        valid.toSorted((a, b) => a.time - b.time || compareBytes(a.text ?? "", b.text ?? "")).at(-1)?.value ?? null
      );
  }
};

const naiveWindow = (time: number, { size, zone }: NonNullable<UsageQuery["window"]>): [number, number] => {
  const local = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(zone);
  if (size === "day") {
    return [local.startOfDay().epochMilliseconds, local.add({ days: 1 }).startOfDay().epochMilliseconds];
  }
  if (size === "month") {
    const first = local.with({ day: 1 }).startOfDay();
    return [first.epochMilliseconds, first.add({ months: 1 }).startOfDay().epochMilliseconds];
  }
  const intoMinute = local.second * 1_000 + local.millisecond;
  const start = time - intoMinute - (size === "hour" ? local.minute * 60_000 : 0);
  const changed = local.add({ milliseconds: 1 }).getTimeZoneTransition("previous")?.epochMilliseconds ?? -Infinity;
  const changes = local.getTimeZoneTransition("next")?.epochMilliseconds ?? Infinity;
  return [Math.max(start, changed), Math.min(start + (size === "hour" ? 3_600_000 : 60_000), changes)];
};

const one = 10n ** 30n;

const scaled = (text: string): bigint => {
  const [integer = "0", fraction = ""] = text.split(".");
  return BigInt(integer + fraction.padEnd(30, "0"));
};

const halfAway = (dividend: bigint, divisor: bigint): bigint => {
  const magnitude = dividend < 0n ? -dividend : dividend;
  const rounded = (2n * magnitude + divisor) / (2n * divisor);
  return dividend < 0n ? -rounded : rounded;
};

const printValue = (value: bigint): string => {
  const digits = (value < 0n ? -value : value).toString().padStart(31, "0");
  const text = `${digits.slice(0, -30)}.${digits.slice(-30)}`.replace(/\.?0*$/, "");
  return value < 0n ? `-${text}` : text;
};

const printTime = (time: number): string => new Date(time).toISOString().replace(".000Z", "Z");

const minuteFloor = (time: number): number => new Date(time).setUTCSeconds(0, 0);

const compareBytes = (a: string, b: string): number => {
  const [left, right] = [byteText(a), byteText(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
};

/** One character for each byte of UTF-8. */
const byteText = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");

const compareGroups = (a: readonly string[], b: readonly string[]): number =>
  a.map((text, index) => compareBytes(text, b[index] ?? "")).find((order) => order !== 0) ?? 0;
