import {
  builtInPriceModels,
  checkPlanDefinition,
  currencyCodeKind,
  decideDeletePlan,
  decidePublishPlan,
  checkPlanOperation,
  describePlanStatusError,
  isCritical,
  type Plan,
  type PlanPhase,
} from "@meter/catalog";
import { instant, parseDuration, type Instant } from "@meter/primitives";
import { compareValues, type Judge } from "../calendar/judge.ts";
import { accepted, flagAt, objectAt, optional, textAt } from "../calendar/read.ts";
import type { JsonObject } from "../json.ts";
import { notYet, type Mismatch, type Outcome } from "../vector.ts";
import { toPhase, toPlan, toRateCard } from "./build.ts";

/** Whether the vector is about the catalog: the kind is shared with other areas, which name other sources. */
export const isCatalogValidation = (content: JsonObject): boolean => {
  const source = content["source"];
  return typeof source === "string" && catalogSources.some((start) => source.startsWith(start));
};

const catalogSources = ["e2e/", "openmeter/productcatalog/", "pkg/currencyx/"];

/** These vectors tell their situation in their name. */
export const judgeValidation: Judge = (content) => {
  const name = textAt(content, "name");
  const situation = situations.find(({ pattern }) => pattern.test(name));
  return situation === undefined ? notYet("an unknown situation") : situation.judge(content);
};

const now: Instant = instant(0);
const monthly = accepted(parseDuration("P1M"));
const phase = toPhase("pro", {
  duration: null,
  rateCards: [toRateCard("seat", { price: null, billingCadence: null })],
});

const planWith = (change: Partial<Plan>): Plan => ({
  ...toPlan({ billingCadence: monthly, phases: [phase], effectiveFrom: null }),
  ...change,
});

/** A draft is kept as long as nothing is critical; publishing tells what is wrong. */
const judgeDraft =
  (phases: readonly PlanPhase[]): Judge =>
  (content) => {
    const expect = objectAt(content, "expect");
    const plan = planWith({ phases });
    const features = new Map([["seat", { key: "seat", meterKey: null, archivedAt: null }]]);
    const published = decidePublishPlan(plan, { current: null, features, models: builtInPriceModels, now });
    const codes = !published.ok && "faults" in published.error ? published.error.faults.map(({ code }) => code) : [];
    const isKept = !checkPlanDefinition(plan, builtInPriceModels).some(isCritical);
    return [
      ...compareValues("createStatus", Number(expect["createStatus"]), isKept ? 201 : 400),
      ...compareValues("publishStatus", Number(expect["publishStatus"]), published.ok ? 200 : 400),
      ...compareValues("code", textAt(expect, "code"), codes.join(", ")),
    ];
  };

const judgeCurrencyOfPlan: Judge = (content) => {
  const plan = planWith({ currency: textAt(objectAt(content, "input"), "currency") });
  const faults = checkPlanDefinition(plan, builtInPriceModels).filter(isCritical);
  const expect = objectAt(content, "expect");
  return [
    ...compareValues("status", Number(expect["status"]), faults.length === 0 ? 201 : 400),
    ...compareValues("code", textAt(expect, "code"), faults.map(({ code }) => code).join(", ")),
  ];
};

const judgeOnActivePlan =
  (operation: "update" | "delete"): Judge =>
  (content) => {
    const plan = planWith({ effectiveFrom: now });
    const decided = operation === "delete" ? decideDeletePlan(plan, now) : checkPlanOperation(plan, operation, now);
    const expect = objectAt(content, "expect");
    const wanted = optional(textAt, expect, "detailContains");
    const detail = decided.ok ? "" : describePlanStatusError(decided.error);
    return [
      ...compareValues("status", Number(expect["status"]), decided.ok ? 200 : 400),
      ...(wanted === null || detail.includes(wanted) ? [] : [{ at: "detail", expected: wanted, found: detail }]),
    ];
  };

const judgeCurrencyCode: Judge = (content) => {
  const kind = currencyCodeKind(textAt(objectAt(content, "input"), "code"));
  return compareValues("valid", flagAt(objectAt(content, "expect"), "valid"), kind !== "invalid");
};

const isNotBuilt =
  (what: string): (() => Outcome | readonly Mismatch[]) =>
  () =>
    notYet(what);

const situations: readonly Readonly<{ pattern: RegExp; judge: Judge }>[] = [
  { pattern: /phase without rate cards/, judge: judgeDraft([{ ...phase, rateCards: [] }]) },
  { pattern: /non-last phase without duration/, judge: judgeDraft([{ ...phase, key: "trial" }, phase]) },
  { pattern: /last phase with duration/, judge: judgeDraft([{ ...phase, duration: monthly }]) },
  { pattern: /unknown custom currency/, judge: judgeCurrencyOfPlan },
  { pattern: /delete active plan/, judge: judgeOnActivePlan("delete") },
  { pattern: /update active plan/, judge: judgeOnActivePlan("update") },
  { pattern: /^currency code '/, judge: judgeCurrencyCode },
  { pattern: /create plan, zero phases/, judge: isNotBuilt("the v3 API, whose schema wants a phase") },
  { pattern: /add-on/, judge: isNotBuilt("add-ons") },
  { pattern: /\bedit\b/, judge: isNotBuilt("edits of a subscription") },
  { pattern: /custom rate-card currency|^currency codes:/, judge: isNotBuilt("currencies of rate cards") },
];
