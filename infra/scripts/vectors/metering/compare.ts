import type { Answer } from "../api.ts";
import { isArray, isObject, sameJson, type Json, type JsonObject } from "../json.ts";
import type { Mismatch } from "../vector.ts";
import { compareRows } from "./rows.ts";
import { sameTime } from "./times.ts";
import type { Expectation } from "./vector.ts";

/** Status, content type, problem and body of an answer, as far as the vector states them; `asked`: the query's own names. */
export const compareAnswer = (expect: Expectation, answer: Answer, asked: JsonObject): readonly Mismatch[] => {
  const status = compareStatus("status", expect.status, answer);
  // A refusal instead of rows has no rows to compare; the refusal says it all.
  return status.length > 0 ? status : [...compareHead(expect, answer), ...compareBody(expect, answer, asked)];
};

export const compareStatus = (at: string, expected: number, answer: Answer): readonly Mismatch[] =>
  answer.status === expected ? [] : [{ at, expected, found: `${answer.status} ${answer.text.slice(0, 400)}` }];

const compareHead = (expect: Expectation, answer: Answer): readonly Mismatch[] => {
  const { contentType, detailContains } = expect;
  const detail = isObject(answer.json) ? answer.json["detail"] : undefined;
  return [
    ...(contentType === undefined ? [] : compareJson("contentType", contentType, answer.contentType)),
    ...(typeof detailContains !== "string" || (typeof detail === "string" && detail.includes(detailContains))
      ? []
      : [{ at: "detail", expected: `… ${detailContains} …`, found: detail }]),
  ];
};

const compareBody = (expect: Expectation, answer: Answer, asked: JsonObject): readonly Mismatch[] => [
  ...(expect["csv"] === undefined ? [] : compareJson("csv", expect["csv"], answer.text)),
  ...(expect["json"] === undefined
    ? []
    : compareJson("json", sorted(expect, expect["json"]), sorted(expect, answer.json))),
  ...(expect["data"] === undefined ? [] : compareRows(expect["data"], dataOf(answer), expect["ordered"])),
  ...(expect["v3data"] === undefined ? [] : compareRows(expect["v3data"], dataOf(answer), expect["ordered"])),
  ...(isObject(answer.json) ? compareEcho(expect, answer.json, asked) : []),
];

const compareJson = (at: string, expected: Json | undefined, found: Json | undefined): readonly Mismatch[] =>
  sameJson(expected, found) ? [] : [{ at, expected, found }];

/** A list without an order is compared as a set. */
const sorted = (expect: Expectation, value: Json | undefined): Json | undefined =>
  expect["ordered"] === false && isArray(value)
    ? value.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    : value;

const dataOf = (answer: Answer): Json | undefined => (isObject(answer.json) ? answer.json["data"] : undefined);

/** What the answer says about the period: as stated; where nothing is stated, nothing that was not asked. */
const compareEcho = (expect: Expectation, body: JsonObject, asked: JsonObject): readonly Mismatch[] =>
  expect["data"] === undefined && expect["v3data"] === undefined
    ? []
    : ["from", "to", "windowSize"].flatMap((at) => {
        const [expected, found] = [expect[at], body[at]];
        const fits = expected === undefined ? found === undefined || at in asked : sameTime(expected, found);
        return fits ? [] : [{ at, expected, found }];
      });
