import { ClickHouseError } from "@clickhouse/client";
import { describe, expect, test } from "vitest";
import { toInsertAnswer, toInsertFailure } from "./insert-answer.ts";

const refusal = (code: string, type: string): ClickHouseError => new ClickHouseError({ code, type, message: "…" });

describe("what a failed insert means", () => {
  test.each([
    {
      error: refusal("27", "CANNOT_PARSE_INPUT_ASSERTION_FAILED"),
      answer: { type: "refused", permanent: true },
      why: "the rows do not parse",
    },
    {
      error: refusal("407", "DECIMAL_OVERFLOW"),
      answer: { type: "refused", permanent: true },
      why: "a value is too large",
    },
    {
      error: refusal("241", "MEMORY_LIMIT_EXCEEDED"),
      answer: { type: "exhausted" },
      why: "fewer rows may fit, or the same later",
    },
    {
      error: refusal("243", "NOT_ENOUGH_SPACE"),
      answer: { type: "refused", permanent: false },
      why: "so does disk space",
    },
    { error: refusal("252", "TOO_MANY_PARTS"), answer: { type: "refused", permanent: false }, why: "merges catch up" },
    {
      error: refusal("242", "TABLE_IS_READ_ONLY"),
      answer: { type: "refused", permanent: false },
      why: "a table becomes writable again",
    },
    { error: new Error("Timeout error."), answer: { type: "unknown" }, why: "time-out" },
    {
      error: Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }),
      answer: { type: "unknown" },
      why: "broken socket",
    },
    {
      error: new DOMException("The operation was aborted due to timeout", "TimeoutError"),
      answer: { type: "unknown" },
      why: "aborted by us",
    },
    {
      error: new Error("<html>Bad Gateway</html>"),
      answer: { type: "unknown" },
      why: "a proxy's page is not the engine's word",
    },
    { error: "gone", answer: { type: "unknown", reason: "gone" }, why: "whatever was thrown" },
  ])("$why → $answer.type", ({ error, answer }) => {
    expect(toInsertFailure(error)).toMatchObject(answer);
  });
});

describe("what a 200 for three rows means", () => {
  const answer = (written: string | null, queryId = "q") => ({
    query_id: "q",
    response_headers: { "x-clickhouse-query-id": queryId },
    ...(written === null ? {} : { summary: { written_rows: written } as never }),
  });
  test.each([
    { done: answer("3"), type: "stored", why: "the engine wrote three" },
    { done: answer("2"), type: "unknown", why: "one was lost on its way" },
    { done: answer("0"), type: "unknown", why: "all were" },
    { done: answer("4"), type: "unknown", why: "one too many is not understood" },
    { done: answer(null), type: "unknown", why: "no word of the engine" },
    { done: answer("3", "r"), type: "unknown", why: "the answer to another insert" },
  ])("$why → $type", ({ done, type }) => {
    expect(toInsertAnswer(done, 3).type).toBe(type);
  });
});
