import { describe, expect, test } from "vitest";
import type { Api } from "./api.ts";
import type { JsonObject } from "./json.ts";
import { runVector } from "./run-vector.ts";
import type { Outcome } from "./vector.ts";

/** Nobody answers at this address. */
const deadNamespace = async (): Promise<Api> => async () => {
  throw new Error("connection refused");
};

const run = async (content: JsonObject): Promise<Outcome> =>
  (await runVector(deadNamespace, { file: "file", name: "vector", content })).outcome;

const expectation = { status: 200 };

describe("what cannot be judged is not yet, with the reason", () => {
  test.each([
    { content: {}, reason: "no adapter for the kind of an unknown shape of file" },
    { content: { value: 1 }, reason: "no adapter for the kind of an unknown shape of file" },
    { content: { kind: "poetry", expect: {} }, reason: "no adapter for the kind poetry of file" },
    { content: { model: "poetry", expect: {} }, reason: "no adapter for the kind poetry of file" },
    { content: { needs: "dimensions", query: {}, expect: expectation }, reason: "needs dimensions" },
    { content: { query: {}, expect: {} }, reason: "expect.status is not a number" },
    { content: { query: [], expect: expectation }, reason: "query is not an object" },
    { content: { query: {}, events: 7, expect: expectation }, reason: "events is not a list" },
    { content: { query: {}, expect: { ...expectation, rows: 1 } }, reason: "expect has the unknown member rows" },
    { content: { query: {}, clock: "now", expect: expectation }, reason: "the vector has the unknown member clock" },
    {
      content: { query: {}, config: { "portal.enabled": true }, expect: expectation },
      reason: "no option portal.enabled",
    },
    { content: { query: null, expect: expectation }, reason: "nothing is asked and nothing is sent" },
    { content: { query: {}, expect: expectation }, reason: "the query has no path and no meter" },
  ])("$reason", async ({ content, reason }) => {
    expect(await run(content)).toEqual({ type: "not_yet", reason });
  });
});

describe("no answer is a failure", () => {
  test("of a vector that has to pass", async () => {
    expect(await run({ query: { path: "/x" }, expect: expectation })).toMatchObject({ type: "fail" });
  });

  test("also of a vector that may differ: silence follows no rule", async () => {
    expect(await run({ query: { path: "/x" }, expect: expectation, differs: "our rule" })).toMatchObject({
      type: "fail",
    });
  });
});

describe("another answer than the expected", () => {
  const refusingNamespace = async (): Promise<Api> => async () => ({
    status: 400,
    contentType: "application/problem+json",
    text: "{}",
    json: {},
  });
  const content = { query: { path: "/api/v1/meters" }, expect: expectation };

  test("is a failure", async () => {
    const { outcome } = await runVector(refusingNamespace, { file: "file", name: "vector", content });
    expect(outcome).toEqual({ type: "fail", mismatches: [{ at: "status", expected: 200, found: "400 {}" }] });
  });

  test("is a difference on purpose where the vector names the rule", async () => {
    const differing = { ...content, differs: "our rule" };
    const { outcome } = await runVector(refusingNamespace, { file: "file", name: "vector", content: differing });
    expect(outcome).toMatchObject({ type: "differs", rule: "our rule" });
  });
});
