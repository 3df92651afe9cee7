import { compare, formatDecimal, formatInstant, type Decimal, type Instant, type Period } from "@meter/primitives";
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { Mismatch, Outcome } from "../vector.ts";
import { Malformed, Refused } from "./read.ts";

/** What a kind finds for a vector: an outcome, or what came out differently than the vector says. */
export type Judge = (content: JsonObject) => Outcome | readonly Mismatch[];

/** The outcome of a judge. An expectation `{error}` or `{errorContains}` wants a refusal with that text in it. */
export const outcomeOf = (judge: Judge, content: JsonObject): Outcome => {
  const expectedError = expectedErrorOf(content["expect"]);
  try {
    const judged = judge(content);
    if (expectedError !== null) return fail({ at: "expect", expected: expectedError, found: "no error" });
    if ("type" in judged) return judged;
    return judged.length === 0 ? { type: "pass" } : { type: "fail", mismatches: judged };
  } catch (error) {
    if (error instanceof Malformed) return fail(error.mismatch);
    const found = error instanceof Error ? error.message : String(error);
    const refused = error instanceof Refused && expectedError !== null && found.includes(expectedError);
    return refused ? { type: "pass" } : fail({ at: "run", expected: expectedError ?? "no error", found });
  }
};

export const compareInstants = (at: string, expected: Instant, found: Instant): readonly Mismatch[] =>
  expected === found ? [] : [{ at, expected: formatInstant(expected), found: formatInstant(found) }];

export const comparePeriods = (at: string, expected: Period, found: Period): readonly Mismatch[] => [
  ...compareInstants(`${at}.start`, expected.start, found.start),
  ...compareInstants(`${at}.end`, expected.end, found.end),
];

/** Equal as numbers. */
export const compareDecimals = (at: string, expected: Decimal, found: Decimal): readonly Mismatch[] =>
  compare(expected, found) === 0 ? [] : [{ at, expected: formatDecimal(expected), found: formatDecimal(found) }];

export const compareValues = (
  at: string,
  expected: string | number | boolean | null,
  found: string | number | boolean | null,
): readonly Mismatch[] => (expected === found ? [] : [{ at, expected, found }]);

const fail = (mismatch: Mismatch): Outcome => ({ type: "fail", mismatches: [mismatch] });

const expectedErrorOf = (expect: Json | undefined): string | null => {
  if (!isObject(expect)) return null;
  const error = expect["errorContains"] ?? expect["error"];
  return typeof error === "string" ? error : null;
};
