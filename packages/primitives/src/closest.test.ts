import { describe, expect, test } from "vitest";
import { findClosest } from "./closest.ts";

describe("the name that was most likely meant", () => {
  const members = ["key", "name", "discounts", "groupBy", "minimumAmount", "maximumAmount", "upToAmount", "unitConfig"];
  const variables = ["METER_DATA_DIR", "METER_PORT", "METER_HOST"];

  test.each([
    { name: "groupby", among: members, meant: "groupBy", why: "case" },
    { name: "group_by", among: members, meant: "groupBy", why: "separators" },
    { name: "discount", among: members, meant: "discounts", why: "a letter is missing" },
    { name: "nmae", among: members, meant: "name", why: "two are swapped" },
    { name: "minAmount", among: members, meant: "minimumAmount", why: "a word is shortened" },
    { name: "upTo", among: members, meant: "upToAmount", why: "a word is missing" },
    { name: "METER_DATADIR", among: variables, meant: "METER_DATA_DIR", why: "a separator is missing" },
    { name: "METER_PROT", among: variables, meant: "METER_PORT", why: "two letters are swapped" },
    { name: "colour", among: members, meant: null, why: "nothing like it" },
    { name: "id", among: ["to"], meant: null, why: "too short to be mistyped" },
    { name: "", among: members, meant: null, why: "no name" },
    { name: "name".repeat(100_000), among: members, meant: null, why: "too long to be mistyped" },
  ])("$name → $meant ($why)", ({ name, among, meant }) => {
    expect(findClosest(name, among)).toBe(meant);
  });

  test("of several the nearest, and the first of those that are equally near", () => {
    expect(findClosest("METER_HORT", ["METER_PORT", "METER_HOST"])).toBe("METER_PORT");
    expect(findClosest("amount", ["amounts", "amount2", "Amount"])).toBe("Amount");
  });
});
