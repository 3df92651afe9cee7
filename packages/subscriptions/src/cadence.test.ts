import { parseDuration } from "@meter/primitives";
import type { IsoDuration } from "@meter/primitives";
import { describe, expect, test } from "vitest";

import { checkCadenceAlignment } from "./cadence.ts";

const duration = (text: string): IsoDuration => {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};

const check = (planCadence: string, rateCardCadence: string): string => {
  const checked = checkCadenceAlignment({
    planCadence: duration(planCadence),
    rateCardCadence: duration(rateCardCadence),
  });
  return checked.ok ? "aligned" : checked.error.type;
};

describe("a rate card's cadence aligns with the plan's when one goes into the other in every calendar", () => {
  test.each([
    { plan: "P1M", rateCard: "P1M", why: "the same" },
    { plan: "P12M", rateCard: "P1Y", why: "the same, written otherwise" },
    { plan: "P1M", rateCard: "P1D", why: "shorter" },
    { plan: "P1M", rateCard: "P3M", why: "longer" },
    { plan: "P1M", rateCard: "PT1H", why: "an hour, the shortest" },
    { plan: "P4W", rateCard: "P28D", why: "weeks are seven days" },
  ])("$plan and $rateCard ($why)", ({ plan, rateCard }) => {
    expect(check(plan, rateCard)).toBe("aligned");
  });

  test.each([
    { plan: "P1M", rateCard: "P1W", why: "only February is four weeks" },
    { plan: "P1M", rateCard: "P2D", why: "months of 29 and 31 days" },
    { plan: "P1M", rateCard: "PT12H", why: "days of 23 and 25 hours" },
    { plan: "P3M", rateCard: "P2M", why: "neither goes into the other" },
    { plan: "P1D", rateCard: "PT24H", why: "a day is not always 24 hours" },
  ])("not $plan and $rateCard ($why)", ({ plan, rateCard }) => {
    expect(check(plan, rateCard)).toBe("rate_card_billing_cadence_unaligned");
  });
});

describe("neither may be shorter than an hour", () => {
  test.each([
    { plan: "P1M", rateCard: "PT59M" },
    { plan: "PT1M", rateCard: "P1M" },
    { plan: "P1M", rateCard: "PT0S" },
    { plan: "P1M", rateCard: "P-1M" },
  ])("$plan and $rateCard", ({ plan, rateCard }) => {
    expect(check(plan, rateCard)).toBe("billing_cadence_invalid_value");
  });

  test("3,600 seconds are an hour", () => {
    expect(check("P1M", "PT3600S")).toBe("aligned");
  });
});
