import { isArray, isObject, sameJson, type Json, type JsonObject } from "../json.ts";
import type { Mismatch } from "../vector.ts";
import { sameTime } from "./times.ts";

const times = new Set(["windowStart", "windowEnd", "from", "to"]);

/**
 * Rows of a query. `ordered`: true = in this order; "byWindowStart" = windows in this order, their rows in any;
 * otherwise in any order. Values are equal as doubles (v1) or as texts (v3), times as instants and offsets.
 */
export const compareRows = (
  expected: Json,
  found: Json | undefined,
  ordered: Json | undefined,
): readonly Mismatch[] => {
  if (!isArray(expected) || !isArray(found)) return [{ at: "data", expected, found }];
  if (ordered === true) {
    const length = Math.max(expected.length, found.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      compareRow(`data[${index}]`, expected[index], found[index]),
    );
  }
  const starts = ordered === "byWindowStart" ? compareStarts(expected, found) : [];
  return [...starts, ...compareSets(expected, found)];
};

const compareStarts = (expected: readonly Json[], found: readonly Json[]): readonly Mismatch[] => {
  const [left, right] = [expected.map(startOf), found.map(startOf)];
  return sameJson(left, right) ? [] : [{ at: "data[].windowStart", expected: left, found: right }];
};

const startOf = (row: Json): Json => (isObject(row) ? (row["windowStart"] ?? row["from"] ?? null) : null);

/** Each expected row takes an equal one; of the rest, rows that differ in the value alone are shown side by side. */
const compareSets = (expected: readonly Json[], found: readonly Json[]): readonly Mismatch[] => {
  const rest = [...found];
  const take = (fits: (row: Json) => boolean): Json | undefined => {
    const index = rest.findIndex(fits);
    return index < 0 ? undefined : rest.splice(index, 1)[0];
  };
  const missing = expected.filter((row) => take((other) => compareRow("", row, other).length === 0) === undefined);
  const mismatches = missing.flatMap((row) =>
    compareRow(
      `data[${expected.indexOf(row)}]`,
      row,
      take((other) => sameGroup(row, other)),
    ),
  );
  return [...mismatches, ...rest.map((row): Mismatch => ({ at: "data", expected: undefined, found: row }))];
};

const sameGroup = (row: Json, other: Json): boolean =>
  compareRow("", row, other).every(({ at }) => at.endsWith(".value"));

const compareRow = (at: string, expected: Json | undefined, found: Json | undefined): readonly Mismatch[] => {
  if (!isObject(expected) || !isObject(found)) return sameJson(expected, found) ? [] : [{ at, expected, found }];
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])].flatMap((name) =>
    sameMember(name, expected, found) ? [] : [{ at: `${at}.${name}`, expected: expected[name], found: found[name] }],
  );
};

const sameMember = (name: string, a: JsonObject, b: JsonObject): boolean =>
  times.has(name) ? sameTime(a[name], b[name]) : sameJson(a[name], b[name]);
