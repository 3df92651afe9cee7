import { instant } from "@meter/primitives";
import type { Instant } from "@meter/primitives";
import { describe, expect, test } from "vitest";

import { checkEffectivePeriod } from "./plan-rules.ts";
import { planStatusAt } from "./plan.ts";

const or = (ms: number | null): Instant | null => (ms === null ? null : instant(ms));

describe("planStatusAt 10", () => {
  test.each([
    { from: null, to: null, status: "draft", why: "no dates" },
    { from: 10, to: null, status: "active", why: "the start belongs to it" },
    { from: 11, to: null, status: "scheduled", why: "not begun" },
    { from: 5, to: 11, status: "active", why: "until the end" },
    { from: 5, to: 10, status: "archived", why: "the end does not belong to it" },
    { from: 11, to: 12, status: "scheduled", why: "a window ahead" },
    { from: 10, to: 10, status: "archived", why: "an empty window is over" },
  ])("$from to $to is $status: $why", ({ from, to, status }) => {
    expect(planStatusAt({ effectiveFrom: or(from), effectiveTo: or(to) }, instant(10))).toBe(status);
  });
});

describe("checkEffectivePeriod", () => {
  test.each([
    { from: null, to: null, codes: [] },
    { from: 10, to: null, codes: [] },
    { from: 10, to: 10, codes: [] },
    { from: 10, to: 9, codes: ["effective_period_from_after_to"] },
    { from: null, to: 9, codes: ["effective_period_from_not_set"] },
  ])("$from to $to: $codes", ({ from, to, codes }) => {
    const faults = checkEffectivePeriod({ effectiveFrom: or(from), effectiveTo: or(to) });
    expect(faults.map(({ code }) => code)).toEqual(codes);
  });
});
