import type { FlatPrice, RateCard, UnitPrice } from "@meter/catalog";
import { addDuration, dec, utc, zeroDuration, type Instant } from "@meter/primitives";
import {
  nothingBilled,
  servicePeriodsDue,
  type ServicePeriod,
  type Subscription,
  type SubscriptionId,
  type SubscriptionItem,
  type SubscriptionItemId,
  type SubscriptionPhase,
} from "@meter/subscriptions";
import { comparePeriods, compareValues, type Judge } from "../calendar/judge.ts";
import { durationAt, secondAt, objectsAt, optional, periodAt, textAt, wordAt } from "../calendar/read.ts";
import type { JsonObject } from "../json.ts";
import type { Mismatch } from "../vector.ts";
import { createIds, subscribe, toPhase, toPlan, toRateCard } from "./build.ts";

/** One phase with items, of which those with one key are its versions, in their order. */
export const judgePhaseIteration: Judge = (content) => {
  const due = servicePeriodsDue(subscriptionOf(content), {
    until: secondAt(content, "iterateUntil"),
    billed: nothingBilled,
    atSubscriptionEnd: "bill_actual_period",
  });
  const foundByKey = new Map([...due].map((period) => [period.key, period]));
  const expected = objectsAt(content, "expect");
  const keys = expected.map((one) => textAt(one, "uniqueId"));
  return [
    ...compareValues("uniqueIds", keys.toSorted().join(", "), [...foundByKey.keys()].toSorted().join(", ")),
    ...expected.flatMap((one) => {
      const found = foundByKey.get(textAt(one, "uniqueId"));
      return found === undefined ? [] : comparePeriodsOf(one, found);
    }),
  ];
};

const comparePeriodsOf = (expected: JsonObject, found: ServicePeriod): readonly Mismatch[] =>
  (["servicePeriod", "fullServicePeriod", "billingPeriod"] as const).flatMap((name) =>
    comparePeriods(`${found.key}: ${name}`, periodAt(expected, name), found[name]),
  );

/** The subscription of a plan with one phase, with the vector's versions of items in place of the plan's. */
const subscriptionOf = (content: JsonObject): Subscription => {
  const start = startOf(content);
  const plan = toPlan({
    billingCadence: durationAt(content, "billingCadence"),
    phases: [toPhase("phase-test", { duration: null, rateCards: [] })],
    effectiveFrom: start,
  });
  const offset = optional(durationAt, content, "billingAnchorOffset");
  const billingAnchor = offset === null ? start : addDuration(start, offset, utc);
  const nextId = createIds();
  const created = subscribe(plan, { now: start, billingAnchor, nextId });
  const items = itemsOf(content, () => nextId() as SubscriptionItemId); // an id of a new item
  return {
    ...created,
    id: "subID" as SubscriptionId, // as the vectors' ids have it
    activeTo: optional(secondAt, content, "subscriptionEnd"),
    phases: [...created.phases.map((phase) => ({ ...phase, items })), ...nextPhasesOf(content, created)],
  };
};

/** The instant may be followed by a remark in brackets. */
const startOf = (content: JsonObject): Instant =>
  secondAt({ subscriptionStart: textAt(content, "subscriptionStart").split(" ")[0] ?? "" }, "subscriptionStart");

const itemsOf = (content: JsonObject, nextId: () => SubscriptionItemId): readonly SubscriptionItem[] => {
  const versions = new Map<string, number>();
  return objectsAt(content, "items").map((item) => {
    const key = textAt(item, "key");
    const version = versions.get(key) ?? 0;
    versions.set(key, version + 1);
    return {
      id: nextId(),
      key,
      version,
      rateCard: rateCardOf(item),
      activeFromOverride: optional(durationAt, item, "startAfter"),
      activeToOverride: optional(durationAt, item, "endAfter"),
    };
  });
};

const rateCardOf = (item: JsonObject): RateCard =>
  toRateCard(textAt(item, "key"), {
    price: priceOf(wordAt(item, "price", ["unit", "flat_in_advance", "flat_in_arrears", "none"])),
    billingCadence: optional(durationAt, item, "cadence"),
  });

type PriceWord = "unit" | "flat_in_advance" | "flat_in_arrears" | "none";

const priceOf = (word: PriceWord): FlatPrice | UnitPrice | null => {
  const amount = dec("1");
  switch (word) {
    case "unit":
      return { type: "unit", amount };
    case "flat_in_advance":
      return { type: "flat", amount, paymentTerm: "in_advance" };
    case "flat_in_arrears":
      return { type: "flat", amount, paymentTerm: "in_arrears" };
    case "none":
      return null;
  }
};

/** A phase ends where the next one begins. */
const nextPhasesOf = (content: JsonObject, { activeFrom, phases }: Subscription): readonly SubscriptionPhase[] => {
  const end = optional(secondAt, content, "phaseEnd");
  const [first] = phases;
  if (end === null || first === undefined) return [];
  const seconds = Math.floor(end / 1_000) - Math.floor(activeFrom / 1_000);
  return [{ ...first, key: "phase-after", startAfter: { ...zeroDuration, seconds }, items: [] }];
};
