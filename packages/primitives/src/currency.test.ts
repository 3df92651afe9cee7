import { describe, expect, test } from "vitest";
import { currencies, findCurrency } from "./currency.ts";

describe("a code has the minor unit that ISO 4217 gives it", () => {
  test.each([
    { code: "USD", minorUnits: 2, why: "the most common case" },
    { code: "HUF", minorUnits: 2, why: "on the list, though nobody pays with them" },
    { code: "JPY", minorUnits: 0, why: "none" },
    { code: "ISK", minorUnits: 0, why: "none since 2007" },
    { code: "KWD", minorUnits: 3, why: "a thousandth" },
    { code: "CLF", minorUnits: 4, why: "a unit of account" },
    { code: "XCG", minorUnits: 2, why: "new since 2025" },
  ])("$code: $minorUnits ($why)", ({ code, minorUnits }) => {
    expect(findCurrency(code)).toEqual({ code, minorUnits });
  });
});

describe("everything else is unknown", () => {
  test.each([
    { code: "", why: "empty" },
    { code: "usd", why: "lower case" },
    { code: "USD ", why: "a blank" },
    { code: "ABC", why: "nobody's" },
    { code: "XAU", why: "gold has no minor unit" },
    { code: "XXX", why: "no currency" },
    { code: "DEM", why: "withdrawn" },
    { code: "BGN", why: "withdrawn at the end of 2025" },
    { code: "constructor", why: "a name every object has" },
  ])("$code ($why)", ({ code }) => {
    expect(findCurrency(code)).toBeNull();
  });
});

test("every code is three capital letters, once, in order, and finds itself", () => {
  const codes = currencies().map(({ code }) => code);
  expect(codes).toEqual([...new Set(codes)].toSorted());
  expect(codes.filter((code) => !/^[A-Z]{3}$/.test(code))).toEqual([]);
  expect(currencies().map(({ code }) => findCurrency(code))).toEqual(currencies());
  expect(codes.length).toBeGreaterThan(150);
});
