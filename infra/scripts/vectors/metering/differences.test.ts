import { describe, expect, test } from "vitest";
import type { JsonObject } from "../json.ts";
import type { Mismatch } from "../vector.ts";
import { ruleFor } from "./differences.ts";
import { parseMeteringVector } from "./vector.ts";

const event = (more: JsonObject = {}): JsonObject => ({ id: "1", source: "a", time: "2024-03-01T10:00:00Z", ...more });

const ruleOf = (content: JsonObject, mismatch: Mismatch, config: JsonObject = {}): string | null => {
  const parsed = parseMeteringVector({ query: { params: {} }, expect: { status: 200 }, ...content });
  if (parsed.type === "strange") throw new Error(parsed.reason);
  return ruleFor(parsed.vector, [mismatch], config);
};

const value = (expected: number, found: number): Mismatch => ({ at: "data[0].value", expected, found });
const row: Mismatch = { at: "data", expected: undefined, found: { value: 1 } };

describe("a mismatch has a rule, or it is a failure", () => {
  test.each<{ content: JsonObject; mismatch: Mismatch; config?: JsonObject; rule: string | null; why: string }>([
    { content: {}, mismatch: value(1, 2), rule: null, why: "another number" },
    { content: {}, mismatch: value(100, 100.000001), rule: null, why: "a small difference is not noise" },
    { content: {}, mismatch: value(0.30000000000000004, 0.3), rule: "numbers are exact", why: "noise of floats" },
    { content: {}, mismatch: value(0, 1), rule: null, why: "zero has no neighbours" },
    { content: { events: [event()] }, mismatch: row, rule: null, why: "whole seconds" },
    {
      content: { events: [event({ time: "2024-03-01T10:00:00.000Z" })] },
      mismatch: row,
      rule: null,
      why: "a fraction of zeros",
    },
    {
      content: { events: [event({ time: "2024-03-01T10:00:00.5Z" })] },
      mismatch: row,
      rule: "times have milliseconds",
      why: "an event between seconds",
    },
    { content: { events: [event(), event()] }, mismatch: row, rule: "deduplication is always on", why: "a duplicate" },
    {
      content: { events: [event(), event()] },
      mismatch: row,
      config: { "sink.dedupe.enabled": true },
      rule: null,
      why: "a duplicate where the reference drops it, too",
    },
    {
      content: { ingest: { contentType: "application/json; charset=utf-8" } },
      mismatch: row,
      rule: "a content type may carry charset=utf-8",
      why: "charset",
    },
    { content: { ingest: { contentType: "application/json" } }, mismatch: row, rule: null, why: "no charset" },
    {
      content: { createMeter: {}, query: null },
      mismatch: { at: "status", expected: 200, found: "201 {}" },
      rule: "a meter that was created is 201",
      why: "a created meter",
    },
    {
      content: { createMeter: {}, query: null },
      mismatch: { at: "status", expected: 200, found: "400 {}" },
      rule: null,
      why: "a refused meter",
    },
  ])("$why → $rule", ({ content, mismatch, config, rule }) => {
    expect(ruleOf(content, mismatch, config)).toBe(rule);
  });
});
