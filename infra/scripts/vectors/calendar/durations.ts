import { addDuration, isDivisible } from "@meter/primitives";
import { checkCadenceAlignment } from "@meter/subscriptions";
import { isObject } from "../json.ts";
import { compareInstants, compareValues, type Judge } from "./judge.ts";
import { durationAt, flagAt, instantAt, objectAt, optional, textAt, timeZoneOf } from "./read.ts";

/** `start` or `at` plus `duration`; the expected instant stands alone or as `time`. */
export const judgeDurationAdd: Judge = (content) => {
  const start = instantAt(content, "start" in content ? "start" : "at");
  const found = addDuration(start, durationAt(content, "duration"), timeZoneOf(content));
  const expect = content["expect"];
  const expected = isObject(expect) ? instantAt(expect, "time") : instantAt(content, "expect");
  return compareInstants("expect", expected, found);
};

export const judgeDurationDivisible: Judge = (content) =>
  compareValues(
    "expect",
    flagAt(content, "expect"),
    isDivisible(durationAt(content, "dividend"), durationAt(content, "divisor")),
  );

export const judgeCadenceAlignment: Judge = (content) => {
  const checked = checkCadenceAlignment({
    planCadence: durationAt(content, "planCadence"),
    rateCardCadence: durationAt(content, "rateCardCadence"),
  });
  const expect = objectAt(content, "expect");
  return [
    ...compareValues("expect.aligned", flagAt(expect, "aligned"), checked.ok),
    ...compareValues("expect.code", optional(textAt, expect, "code"), checked.ok ? null : checked.error.type),
  ];
};
