import { describe, expect, test } from "vitest";
import type { JsonObject } from "./json.ts";
import { readVectors } from "./read-vectors.ts";
import { formatOutcome } from "./report.ts";
import { subscriptionAdapterOf } from "./subscriptions/adapter.ts";
import type { Outcome } from "./vector.ts";

const at = (file: string): string => new URL(`../../vectors/${file}.json`, import.meta.url).pathname;

const cases = ["catalog", "billing"].flatMap((file) =>
  readVectors(at(file)).flatMap((vector) => {
    const adapter = subscriptionAdapterOf(vector.content);
    if (adapter === null) return [];
    return [{ name: `${adapter.kind}: ${vector.name}`, vector, adapter, outcome: adapter.run(vector.content) }];
  }),
);

const notBuilt = {
  "add-ons": "validation-009 validation-011 validation-016 validation-018 validation-021",
  "currencies of rate cards":
    "validation-038 validation-039 validation-040 validation-041 validation-042 validation-043 validation-046 validation-047 validation-048 validation-049 validation-050",
  "edits of a subscription":
    "sync_lines-003 sync_lines-004 sync_lines-013 sync_lines-014 subscription_timeline-002 subscription_timeline-005 validation-024",
  "the v3 API, whose schema wants a phase": "validation-001",
};

describe("golden vectors of plans and subscriptions", () => {
  const built = cases.filter(({ outcome }) => outcome.type !== "not_yet");

  test.each(built)("$name", ({ vector, adapter, outcome }) => {
    expect(outcome.type === "pass" ? "" : formatOutcome({ vector, kind: adapter.kind, outcome })).toBe("");
  });

  test("only what is not built is left out", () => {
    const left = cases.flatMap(({ vector, outcome }) =>
      outcome.type === "not_yet" ? [{ reason: outcome.reason, id: vector.name.split(" ")[0] }] : [],
    );
    const idsByReason = [...Map.groupBy(left, ({ reason }) => reason)].map(([reason, all]) => [
      reason,
      all.map(({ id }) => id).join(" "),
    ]);
    expect(Object.fromEntries(idsByReason)).toEqual(notBuilt);
  });
});

const run = (content: JsonObject): Outcome | null => subscriptionAdapterOf(content)?.run(content) ?? null;

describe("what is wrong with a vector is its failure", () => {
  const status = { kind: "subscription_status", activeFrom: null, at: "2020-01-01T00:00:00Z" };
  const lines = {
    kind: "sync_lines",
    input: { start: "2024-01-01T00:00:00Z", cadence: "P1M", items: [{ key: "seat", flat: "5", term: "in_advance" }] },
  };

  test.each([
    { why: "nothing is expected", content: status, place: "expect" },
    { why: "another status", content: { ...status, expect: "active" }, place: "expect" },
    { why: "a line too many", content: { ...lines, expect: { lines: [] } }, place: "lines" },
    { why: "no lines are told", content: { ...lines, expect: { lines: 1 } }, place: "lines" },
    { why: "no plan", content: { kind: "subscription_timeline", input: {}, expect: {} }, place: "start" },
  ])("$why", ({ content, place }) => {
    expect(run(content)).toMatchObject({ type: "fail", mismatches: [{ at: place }] });
  });
});

test("other kinds are left to others", () => {
  expect(run({ kind: "rating" })).toBeNull();
  expect(run({ kind: "validation", source: "openmeter/billing/profile_test.go" })).toBeNull();
  expect(run({})).toBeNull();
});
