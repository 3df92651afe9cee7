import { formatInstant, type Instant } from "@meter/primitives";
import {
  decideCancelSubscription,
  decideContinueSubscription,
  evolveSubscription,
  phaseSpans,
  subscriptionStatusAt,
  type Subscription,
} from "@meter/subscriptions";
import { compareInstants, compareValues, type Judge } from "../calendar/judge.ts";
import { accepted, durationAt, instantAt, Malformed, objectAt, objectsAt, optional, textAt } from "../calendar/read.ts";
import { isArray, isObject, type JsonObject } from "../json.ts";
import { notYet, type Mismatch } from "../vector.ts";
import { createIds, subscribe, toPhase, toPlan, toRateCard } from "./build.ts";

/** Subscribes to the plan, cancels, continues beside another subscription; judges the timeline or the refusal. */
export const judgeTimeline: Judge = (content) => {
  const input = objectAt(content, "input");
  if ("op" in input) return notYet("edits of a subscription");
  const start = instantAt(input, "start");
  const now = optional(instantAt, input, "now") ?? start;
  const plan = planOf(objectAt(content, "plan"), start);
  const nextId = createIds();
  const created = subscribe(plan, { now: start, nextId, startingPhase: optional(textAt, input, "startingPhase") });
  const canceled = "cancel" in input ? cancel(created, textAt(input, "cancel"), now) : created;
  if (input["continue"] !== true) return compareTimeline(objectAt(content, "expect"), { subscription: canceled, now });

  const otherStart = instantAt(input, "otherSubscriptionStart");
  const timing = { type: "at", at: otherStart } as const;
  const other = subscribe(plan, { now, nextId, timing, others: [canceled] });
  return compareRefusal(objectAt(content, "expect"), decideContinueSubscription(canceled, { others: [other], now }));
};

const planOf = (plan: JsonObject, effectiveFrom: Instant) =>
  toPlan({
    billingCadence: durationAt(plan, "billingCadence"),
    effectiveFrom,
    phases: objectsAt(plan, "phases").map((phase) => {
      const items = phase["items"];
      if (!isArray(items)) throw new Malformed({ at: "items", expected: "a list", found: items });
      const free = { price: null, billingCadence: null };
      const keys = items.filter((key) => typeof key === "string");
      const rateCards = keys.map((key) => toRateCard(key, free));
      return toPhase(textAt(phase, "key"), { duration: optional(durationAt, phase, "duration"), rateCards });
    }),
  });

const cancel = (subscription: Subscription, timing: string, now: Instant): Subscription => {
  if (timing !== "next_billing_cycle") {
    throw new Malformed({ at: "cancel", expected: "next_billing_cycle", found: timing });
  }
  return evolveSubscription(
    subscription,
    accepted(decideCancelSubscription(subscription, { timing: { type: timing }, now })),
  );
};

const compareTimeline = (
  expect: JsonObject,
  { subscription, now }: Readonly<{ subscription: Subscription; now: Instant }>,
): readonly Mismatch[] => {
  const spans = phaseSpans(subscription).map(({ phase, span }) => [
    phase.key,
    formatInstant(span.start),
    span.end === null ? null : formatInstant(span.end),
  ]);
  const activeTo = optional(instantAt, expect, "activeTo");
  const statusNow = optional(textAt, expect, "statusNow");
  const statusAt = isObject(expect["statusAt"]) ? expect["statusAt"] : {};
  return [
    ...compareValues("phases", JSON.stringify(expect["phases"]), JSON.stringify(spans)),
    ...(activeTo === null
      ? []
      : compareInstants("activeTo", activeTo, subscription.activeTo ?? subscription.activeFrom)),
    ...(statusNow === null ? [] : compareValues("statusNow", statusNow, subscriptionStatusAt(subscription, now))),
    ...Object.keys(statusAt).flatMap((at) =>
      compareValues(at, textAt(statusAt, at), subscriptionStatusAt(subscription, instantAt({ at }, "at"))),
    ),
  ];
};

/** An overlap is an issue of both of its sides. The status of the answer is the API's to choose. */
const compareRefusal = (
  expect: JsonObject,
  decided: ReturnType<typeof decideContinueSubscription>,
): readonly Mismatch[] => {
  const code = decided.ok ? null : decided.error.type;
  const overlaps = !decided.ok && "others" in decided.error ? decided.error.others.length : 0;
  const issues = expect["issueCount"];
  return [
    ...compareValues("code", textAt(expect, "code"), code),
    ...compareValues("issueCount", typeof issues === "number" ? issues : null, overlaps * 2),
  ];
};
