import { describe, expect, test } from "vitest";
import type { Json } from "../json.ts";
import { compareRows } from "./rows.ts";

const row = (value: number, windowStart = "2024-03-01T10:00:00Z", groupBy: Json = {}): Json => ({
  value,
  windowStart,
  windowEnd: "2024-03-01T11:00:00Z",
  subject: null,
  groupBy,
});

const places = (expected: Json, found: Json, ordered?: Json): readonly string[] =>
  compareRows(expected, found, ordered).map(({ at }) => at);

describe("rows are equal when the wire says the same", () => {
  test.each([
    { expected: [], found: [], why: "no rows" },
    { expected: [row(1)], found: [row(1, "2024-03-01T10:00:00+00:00")], why: "Z is the offset zero" },
    { expected: [row(1)], found: [row(1, "2024-03-01T10:00:00.000Z")], why: "a fraction of zeros is none" },
    { expected: [row(0.1)], found: [row(0.1)], why: "the same double" },
  ])("$why", ({ expected, found }) => {
    expect(places(expected, found, true)).toEqual([]);
    expect(places(expected, found)).toEqual([]);
  });
});

describe("what is not the same is named", () => {
  test.each([
    { expected: [row(1)], found: [], at: ["data[0]"], why: "a row is missing" },
    { expected: [], found: [row(1)], at: ["data[0]"], why: "a row is too many" },
    { expected: [row(1)], found: [row(2)], at: ["data[0].value"], why: "another value" },
    { expected: [row(0.3)], found: [row(0.1 + 0.2)], at: ["data[0].value"], why: "the next double is another value" },
    {
      expected: [row(1)],
      found: [row(1, "2024-03-01T11:00:00+01:00")],
      at: ["data[0].windowStart"],
      why: "the same instant at another offset",
    },
    { expected: [row(1)], found: [row(1, "2024-03-01T10:00:00.1Z")], at: ["data[0].windowStart"], why: "a fraction" },
    {
      expected: [row(1, undefined, { a: "" })],
      found: [row(1, undefined, { a: null })],
      at: ["data[0].groupBy"],
      why: "null is not the empty text",
    },
  ])("$why", ({ expected, found, at }) => {
    expect(places(expected, found, true)).toEqual(at);
  });

  test("a member that is not there is not null", () => {
    expect(places([{ value: 1, subject: null }], [{ value: 1 }], true)).toEqual(["data[0].subject"]);
  });

  test("an answer without rows", () => {
    expect(places([], null)).toEqual(["data"]);
  });
});

describe("order", () => {
  const [first, second] = [row(1, "2024-03-01T10:00:00Z", { a: "x" }), row(2, "2024-03-01T10:00:00Z", { a: "y" })];
  const later = row(3, "2024-03-01T11:00:00Z");

  test("counts when it is said to", () => {
    expect(places([first, second], [second, first], true)).not.toEqual([]);
    expect(places([first, second], [second, first], false)).toEqual([]);
  });

  test("byWindowStart: of windows only", () => {
    expect(places([first, second, later], [second, first, later], "byWindowStart")).toEqual([]);
    expect(places([first, second, later], [first, later, second], "byWindowStart")).toEqual(["data[].windowStart"]);
  });

  test("in a set, equal rows count as often as they are expected", () => {
    expect(places([first, first], [first, second], false)).toHaveLength(2);
  });

  test("in a set, rows that differ in the value alone stand side by side", () => {
    expect(compareRows([first, second], [second, row(9, "2024-03-01T10:00:00Z", { a: "x" })], false)).toEqual([
      { at: "data[0].value", expected: 1, found: 9 },
    ]);
  });
});
