import { isArray, isObject, sameJson, type Json, type JsonObject } from "../json.ts";
import type { Mismatch } from "../vector.ts";
import { sameTime } from "./times.ts";

/** Listed events, newest first unless `ordered` is false: exactly these, each with at least what is stated of it. */
export const compareListedEvents = (
  expected: Json | undefined,
  found: Json | undefined,
  ordered: Json | undefined,
): readonly Mismatch[] => {
  if (expected === undefined) return [];
  const items = isObject(found) ? found["items"] : found;
  if (!isArray(expected) || !isArray(items)) return [{ at: "listedEvents", expected, found }];
  const inOrder = (list: readonly Json[]): readonly Json[] =>
    ordered === false ? list.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1)) : list;
  const [left, right] = [inOrder(expected), inOrder(items)];
  const [leftIds, rightIds] = [left.map(idOf), right.map(idOf)];
  if (!sameJson(leftIds, rightIds)) return [{ at: "listedEvents[].id", expected: leftIds, found: rightIds }];
  return left.flatMap((event, index) => compareEvent(`listedEvents[${index}]`, event, right[index]));
};

const textOf = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));

/** The id of an expectation, of a listed event, or of the event inside a listed one. */
export const idOf = (item: Json): string => {
  const id = isObject(item) ? (item["id"] ?? (isObject(item["event"]) ? item["event"]["id"] : undefined)) : undefined;
  return typeof id === "string" ? id : "";
};

const compareEvent = (at: string, expected: Json, found: Json | undefined): readonly Mismatch[] => {
  if (!isObject(expected) || !isObject(found)) return [{ at, expected, found }];
  return Object.entries(expected).flatMap(([name, value]) => compareMember(at, name, value, found));
};

const compareMember = (at: string, name: string, expected: Json, found: JsonObject): readonly Mismatch[] => {
  const error = typeof found["validationError"] === "string" ? found["validationError"] : "";
  const parts = (isArray(expected) ? expected : [expected]).map(textOf);
  const mismatch = (part: Json, value: Json | undefined): Mismatch => ({
    at: `${at}.${name}`,
    expected: part,
    found: value,
  });
  if (name === "validationErrorContains")
    return parts
      .filter((part) => !error.includes(part))
      .map((part) => mismatch(`… ${part} …`, found["validationError"]));
  if (name === "validationErrorNotContains")
    return parts.filter((part) => error.includes(part)).map((part) => mismatch(`nothing of: ${part}`, error));
  const event = isObject(found["event"]) ? found["event"] : {};
  const value = name in found ? found[name] : event[name];
  const same =
    name === "time" ? sameTime(expected, value) : sameJson(expected, value ?? (expected === null ? null : undefined));
  return same ? [] : [mismatch(expected, value)];
};
