import { instant } from "@meter/primitives";
import { describe, expect, test } from "vitest";

import {
  checkPlanOperation,
  decideArchivePlan,
  decideDeletePlan,
  decidePublishPlan,
  describePlanStatusError,
  evolvePlan,
} from "./plan-lifecycle.ts";
import type { PlanOperation } from "./plan-lifecycle.ts";
import { duration, phase, plan, planId } from "./plan.test-support.ts";
import { planStatusAt } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { builtInPriceModels } from "./price-models/built-in.ts";

const now = instant(100);
const draft = plan();
const versions = {
  draft,
  scheduled: plan({ effectiveFrom: instant(101) }),
  active: plan({ effectiveFrom: now }),
  archived: plan({ effectiveFrom: instant(1), effectiveTo: now }),
};
const features = new Map([["api", { key: "api", meterKey: "requests", archivedAt: null }]]);
const publish = (version: Plan, current: Plan | null = null) =>
  decidePublishPlan(version, { current, features, models: builtInPriceModels, now });

describe("what a version takes", () => {
  const taken: Readonly<Record<PlanOperation, readonly string[]>> = {
    update: ["draft", "scheduled"],
    publish: ["draft", "scheduled"],
    archive: ["active"],
    delete: ["draft", "scheduled", "archived"],
  };
  const cases = (["update", "publish", "archive", "delete"] as const).flatMap((operation) =>
    (["draft", "scheduled", "active", "archived"] as const).map((status) => ({ operation, status })),
  );

  test.each(cases)("$operation when $status", ({ operation, status }) => {
    const checked = checkPlanOperation(versions[status], operation, now);
    expect(checked.ok).toBe(taken[operation].includes(status));
    if (!checked.ok) expect(checked.error).toMatchObject({ type: "plan_invalid_status", operation, status });
  });

  test("nothing once it is deleted", () => {
    expect(checkPlanOperation(plan({ deletedAt: now }), "update", now)).toMatchObject({
      error: { type: "plan_deleted" },
    });
  });

  test("the refusal in words", () => {
    const refused = checkPlanOperation(versions.active, "update", now);
    expect(!refused.ok && describePlanStatusError(refused.error)).toBe(
      "only Plans in [draft scheduled] can be updated, and this one is active",
    );
  });
});

describe("publish", () => {
  test("makes it active at once and ends the one before it at the same instant", () => {
    const current = plan({ id: planId(2), effectiveFrom: instant(1) });
    const published = publish(draft, current);
    if (!published.ok) throw new Error(published.error.type);
    const after = evolvePlan(draft, published.value);
    const before = evolvePlan(current, published.value);
    expect(planStatusAt(after, now)).toBe("active");
    expect(planStatusAt(before, now)).toBe("archived");
    expect(planStatusAt(before, instant(99))).toBe("active");
    expect(before.effectiveTo).toBe(after.effectiveFrom);
    const other = plan({ id: planId(3) });
    expect(evolvePlan(other, published.value)).toBe(other);
  });

  test("is blocked by warnings, too, with all of them", () => {
    const faulty = plan({ phases: [phase("main", { duration: duration("P1M"), rateCards: [] })] });
    const published = publish(faulty);
    expect(published).toMatchObject({
      error: {
        type: "plan_not_publishable",
        faults: [{ code: "plan_has_last_phase_with_duration" }, { code: "plan_phase_has_no_rate_cards" }],
      },
    });
  });

  test("is blocked by a missing feature", () => {
    const context = { current: null, features: new Map(), models: builtInPriceModels, now };
    expect(decidePublishPlan(draft, context)).toMatchObject({
      error: { faults: [{ code: "rate_card_feature_not_found" }] },
    });
  });
});

test("archive ends the offer now", () => {
  const archived = decideArchivePlan(versions.active, now);
  if (!archived.ok) throw new Error(archived.error.type);
  expect(planStatusAt(evolvePlan(versions.active, archived.value), now)).toBe("archived");
});

test("delete marks it, and only it", () => {
  const deleted = decideDeletePlan(draft, now);
  if (!deleted.ok) throw new Error(deleted.error.type);
  expect(evolvePlan(draft, deleted.value).deletedAt).toBe(now);
  const other = plan({ id: planId(3) });
  expect(evolvePlan(other, deleted.value)).toBe(other);
});
