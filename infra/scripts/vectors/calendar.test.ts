import { describe, expect, test } from "vitest";
import { calendarAdapterOf } from "./calendar/adapter.ts";
import type { JsonObject } from "./json.ts";
import { readVectors } from "./read-vectors.ts";
import { formatOutcome } from "./report.ts";
import type { Outcome } from "./vector.ts";

const at = (file: string): string => new URL(`../../vectors/${file}.json`, import.meta.url).pathname;

describe.each(["catalog", "billing", "credits"])("golden vectors of calendar and money in %s", (file) => {
  const cases = readVectors(at(file)).flatMap((vector) => {
    const adapter = calendarAdapterOf(vector.content);
    return adapter === null ? [] : [{ name: `${adapter.kind}: ${vector.name}`, vector, adapter }];
  });

  test.each(cases)("$name", ({ vector, adapter }) => {
    const outcome = adapter.run(vector.content);
    expect(outcome.type === "pass" ? "" : formatOutcome({ vector, kind: adapter.kind, outcome })).toBe("");
  });
});

const run = (content: JsonObject): Outcome | null => calendarAdapterOf(content)?.run(content) ?? null;

describe("what is wrong with a vector is its failure", () => {
  const added = { kind: "duration_add", start: "2025-01-31T00:00:00Z", duration: "P1M" };
  const recurring = {
    kind: "recurrence_next",
    interval: "P1D",
    anchor: "2024-01-01T00:00:00Z",
    boundary: "exclusive",
    expect: "2024-01-02T00:00:00Z",
  };

  test.each([
    { why: "nothing is said", content: { kind: "duration_add" }, at: "at" },
    { why: "not a date", content: { ...added, start: "yesterday", expect: "" }, at: "start" },
    { why: "nothing is expected", content: added, at: "expect" },
    { why: "no such duration", content: { ...added, duration: "1 month", expect: added.start }, at: "run" },
    { why: "another answer", content: { ...added, expect: "2025-03-03T00:00:00Z" }, at: "expect" },
    { why: "a wrong type", content: { ...recurring, at: 7 }, at: "at" },
    { why: "a recurrence that stands still", content: { ...recurring, interval: "PT0S", at: added.start }, at: "run" },
    {
      why: "an expected error that does not come",
      content: {
        kind: "fiat_conversion",
        amount: "1",
        costBasis: "1",
        fiatCurrency: "USD",
        expect: { error: "negative" },
      },
      at: "expect",
    },
    {
      why: "another digit than the currency has",
      content: { kind: "currency_rounding", currency: "JPY", precision: 2, amount: "1", expect: "1" },
      at: "precision",
    },
  ])("$why", ({ content, at: place }) => {
    expect(run({ expect: null, ...content })).toMatchObject({ type: "fail", mismatches: [{ at: place }] });
  });
});

test("other kinds are left to others", () => {
  expect(run({ kind: "rating" })).toBeNull();
  expect(run({})).toBeNull();
});
