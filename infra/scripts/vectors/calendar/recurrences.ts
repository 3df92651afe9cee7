import {
  nextBoundary,
  parseRecurrence,
  periodAt as periodOf,
  previousBoundary,
  timedPeriodAt,
  type Inclusion,
  type Recurrence,
} from "@meter/primitives";
import type { JsonObject } from "../json.ts";
import { notYet } from "../vector.ts";
import { compareInstants, comparePeriods, type Judge } from "./judge.ts";
import { accepted, durationAt, instantAt, Malformed, objectsAt, periodAt, textAt, timeZoneOf, wordAt } from "./read.ts";

export const judgeRecurrencePeriod: Judge = (content) =>
  comparePeriods("expect", periodAt(content, "expect"), periodOf(recurrenceOf(content), instantAt(content, "at")));

export const judgeRecurrenceNext: Judge = (content) =>
  compareInstants("expect", instantAt(content, "expect"), nextOf(content));

export const judgeRecurrencePrevious: Judge = (content) =>
  compareInstants("expect", instantAt(content, "expect"), previousOf(content));

/** The same three questions, named by `op`, with the instant as `expect.time`. */
export const judgeRecurrence: Judge = (content) => {
  switch (textAt(content, "op")) {
    case "nextAfter":
      return compareInstants("expect.time", expectedTime(content), nextOf(content));
    case "prevBefore":
      return compareInstants("expect.time", expectedTime(content), previousOf(content));
    case "periodAt":
      return judgeRecurrencePeriod(content);
    default:
      return notYet(`no recurrence operation ${textAt(content, "op")}`);
  }
};

export const judgeUsagePeriodAt: Judge = (content) => {
  const [first, ...rest] = objectsAt(content, "usagePeriodEntries").map((entry) => ({
    effectiveFrom: instantAt(entry, "effectiveFrom"),
    recurrence: recurrenceOf(entry),
  }));
  if (first === undefined) throw new Malformed({ at: "usagePeriodEntries", expected: "at least one", found: [] });
  return comparePeriods(
    "expect",
    periodAt(content, "expect"),
    timedPeriodAt([first, ...rest], instantAt(content, "at")),
  );
};

const recurrenceOf = (content: JsonObject): Recurrence =>
  accepted(
    parseRecurrence({
      interval: durationAt(content, "interval"),
      anchor: instantAt(content, "anchor"),
      timeZone: timeZoneOf(content),
    }),
  );

const inclusionOf = (content: JsonObject): Inclusion => wordAt(content, "boundary", ["inclusive", "exclusive"]);

const nextOf = (content: JsonObject) =>
  nextBoundary(recurrenceOf(content), instantAt(content, "at"), inclusionOf(content));

const previousOf = (content: JsonObject) =>
  previousBoundary(recurrenceOf(content), instantAt(content, "at"), inclusionOf(content));

const expectedTime = (content: JsonObject) => {
  const expect = content["expect"];
  return instantAt(typeof expect === "object" && expect !== null && "time" in expect ? expect : {}, "time");
};
