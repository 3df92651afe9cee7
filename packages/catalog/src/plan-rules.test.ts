import { instant } from "@meter/primitives";
import { describe, expect, test } from "vitest";

import { checkPlanDefinition, checkPlanFeatures, planBillingCadences, planLimits } from "./plan-rules.ts";
import type { ReferencedFeature } from "./plan-rules.ts";
import { duration, flat, perUnit, phase, plan, rateCard } from "./plan.test-support.ts";
import type { Plan } from "./plan.ts";
import { builtInPriceModels } from "./price-models/built-in.ts";

/** FIELD CODE SEVERITY */
const faults = (change: Partial<Plan>): readonly string[] =>
  checkPlanDefinition(plan(change), builtInPriceModels).map(
    ({ field, code, severity }) => `${field} ${code} ${severity}`,
  );

const main = "$.phases[?(@.key=='main')]";

test("a usual plan has no fault", () => {
  expect(faults({})).toEqual([]);
});

describe("the plan", () => {
  test.each<{ change: Partial<Plan>; expected: readonly string[]; why: string }>([
    { change: { key: "", name: "" }, expected: ["$.key empty critical", "$.name empty critical"], why: "identity" },
    { change: { key: "Pro" }, expected: ["$.key invalid_key critical"], why: "keys are lower case" },
    { change: { currency: "ZZZ" }, expected: ["$.currency currency_invalid critical"], why: "no such currency" },
    { change: { currency: "ZZZZ" }, expected: ["$.currency currency_not_found critical"], why: "no such custom one" },
    {
      change: { billingCadence: duration("P2M") },
      expected: ["$.billingCadence plan_billing_cadence_invalid critical"],
      why: "not one of the eight",
    },
    {
      change: { billingCadence: duration("P0D") },
      expected: ["$.billingCadence plan_billing_cadence_invalid critical"],
      why: "and nothing is said of what aligns with zero",
    },
    { change: { phases: [] }, expected: ["$.phases plan_with_no_phases warning"], why: "nothing to subscribe to" },
    {
      change: {
        phases: Array.from({ length: planLimits.phasesMax + 1 }, (_, n) =>
          phase(`p${n}`, { duration: n < planLimits.phasesMax ? duration("P1M") : null }),
        ),
      },
      expected: ["$.phases too_many critical"],
      why: "a bound",
    },
  ])("$why", ({ change, expected }) => {
    expect(faults(change)).toEqual(expected);
  });

  test.each(planBillingCadences)("the cadence %s is legal", (cadence) => {
    const free = phase("main", { rateCards: [rateCard("seat", null)] });
    expect(faults({ billingCadence: duration(cadence), phases: [free] })).toEqual([]);
  });
});

describe("a phase", () => {
  const trial = phase("trial", { duration: duration("P14D") });

  test.each<{ phases: Plan["phases"]; expected: readonly string[]; why: string }>([
    { phases: [trial, phase("main")], expected: [], why: "only the last is open" },
    {
      phases: [{ ...trial, duration: null }, phase("main")],
      expected: ["$.phases[?(@.key=='trial')].duration plan_has_non_last_phase_with_no_duration warning"],
      why: "the first must end",
    },
    {
      phases: [trial],
      expected: ["$.phases[?(@.key=='trial')].duration plan_has_last_phase_with_duration warning"],
      why: "the last must not",
    },
    {
      phases: [{ ...trial, duration: duration("PT59M") }, phase("main")],
      expected: ["$.phases[?(@.key=='trial')].duration plan_phase_duration_less_then_an_hour warning"],
      why: "shorter than an hour",
    },
    { phases: [{ ...trial, duration: duration("PT3600S") }, phase("main")], expected: [], why: "an hour" },
    {
      phases: [{ ...trial, duration: duration("P0D") }, phase("main")],
      expected: ["$.phases[?(@.key=='trial')].duration plan_phase_with_negative_duration warning"],
      why: "no time at all",
    },
    {
      phases: [{ ...trial, duration: duration("P1M-2W") }, phase("main")],
      expected: ["$.phases[?(@.key=='trial')].duration plan_phase_with_negative_duration warning"],
      why: "mixed signs",
    },
    {
      phases: [phase("main", { rateCards: [] })],
      expected: [`${main}.rateCards plan_phase_has_no_rate_cards warning`],
      why: "empty",
    },
    {
      phases: [{ ...trial, key: "main" }, phase("main")],
      expected: [`${main}.key plan_phase_duplicated_key critical`],
      why: "two of one key",
    },
    {
      phases: [phase("Main", { name: "" })],
      expected: [
        "$.phases[?(@.key=='Main')].key invalid_key critical",
        "$.phases[?(@.key=='Main')].name empty critical",
      ],
      why: "identity",
    },
  ])("$why", ({ phases, expected }) => {
    expect(faults({ phases })).toEqual(expected);
  });
});

describe("a rate card", () => {
  const seat = `${main}.rateCards[?(@.key=='seat')]`;

  test.each([
    { cadence: "P1M", expected: [], why: "the plan's own" },
    { cadence: "P1D", expected: [], why: "days make months" },
    { cadence: "P3M", expected: [], why: "months make quarters" },
    {
      cadence: "P1W",
      expected: [`${seat}.billingCadence rate_card_billing_cadence_unaligned warning`],
      why: "weeks do not",
    },
    {
      cadence: "PT12H",
      expected: [`${seat}.billingCadence rate_card_billing_cadence_unaligned warning`],
      why: "a day has 25 hours",
    },
    {
      cadence: "PT59M",
      expected: [`${seat}.billingCadence billing_cadence_invalid_value warning`],
      why: "one fault is enough",
    },
  ])("$cadence under P1M: $why", ({ cadence, expected }) => {
    const card = rateCard("seat", flat, { billingCadence: duration(cadence) });
    expect(faults({ phases: [phase("main", { rateCards: [card] })] })).toEqual(expected);
  });

  test("without a price, or billed once, aligns with anything", () => {
    const free = rateCard("seat", null, { billingCadence: duration("P1W") });
    const once = rateCard("setup", flat, { billingCadence: null });
    expect(faults({ phases: [phase("main", { rateCards: [free, once] })] })).toEqual([]);
  });

  test("two of one key, and its own faults at its own place", () => {
    const mismatched = rateCard("seat", perUnit, { featureKey: "other" });
    expect(faults({ phases: [phase("main", { rateCards: [rateCard("seat", flat), mismatched] })] })).toEqual([
      `${seat}.key rate_card_duplicated_key critical`,
      `${seat}.key rate_card_key_feature_key_mismatch critical`,
    ]);
  });
});

describe("checkPlanFeatures", () => {
  const api = "$.phases[?(@.key=='main')].rateCards[?(@.key=='api')]";
  const feature: ReferencedFeature = { key: "api", meterKey: "requests", archivedAt: null };

  const check = (features: readonly ReferencedFeature[], price: typeof flat | typeof perUnit = perUnit) =>
    checkPlanFeatures([phase("main", { rateCards: [rateCard("api", price, { featureKey: "api" })] })], {
      features: new Map(features.map((one) => [one.key, one])),
      models: builtInPriceModels,
    }).map(({ field, code, severity }) => `${field} ${code} ${severity}`);

  test.each([
    { features: [feature], expected: [], why: "live and measured" },
    { features: [], expected: [`${api}.featureKey rate_card_feature_not_found critical`], why: "unknown" },
    {
      features: [{ ...feature, archivedAt: instant(0) }],
      expected: [`${api}.featureKey rate_card_feature_archived critical`],
      why: "archived",
    },
    {
      features: [{ ...feature, meterKey: null }],
      expected: [`${api}.featureKey usage_based_price_with_feature_and_no_meter warning`],
      why: "usage that nobody measures",
    },
  ])("$why", ({ features, expected }) => {
    expect(check(features)).toEqual(expected);
  });

  test("a fixed price needs no meter, and a rate card no feature", () => {
    expect(check([{ ...feature, meterKey: null }], flat)).toEqual([]);
    const context = { features: new Map(), models: builtInPriceModels };
    expect(checkPlanFeatures([phase("main", { rateCards: [rateCard("seat", flat)] })], context)).toEqual([]);
  });
});
