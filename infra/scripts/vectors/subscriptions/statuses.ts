import { checkEffectivePeriod, planStatusAt } from "@meter/catalog";
import { subscriptionStatusAt } from "@meter/subscriptions";
import { compareValues, type Judge } from "../calendar/judge.ts";
import { instantAt, optional, textAt } from "../calendar/read.ts";

/** A period that no plan can have is "invalid". */
export const judgePlanStatus: Judge = (content) => {
  const period = {
    effectiveFrom: optional(instantAt, content, "effectiveFrom"),
    effectiveTo: optional(instantAt, content, "effectiveTo"),
  };
  const isLegal = checkEffectivePeriod(period).length === 0;
  const found = isLegal ? planStatusAt(period, instantAt(content, "at")) : "invalid";
  return compareValues("expect", textAt(content, "expect"), found);
};

/** Without a start there is no subscription. */
export const judgeSubscriptionStatus: Judge = (content) => {
  const activeFrom = optional(instantAt, content, "activeFrom");
  const activeTo = optional(instantAt, content, "activeTo");
  const deletedAt = optional(instantAt, content, "deletedAt");
  const lifespan = activeFrom === null ? null : { activeFrom, activeTo, deletedAt };
  return compareValues("expect", textAt(content, "expect"), subscriptionStatusAt(lifespan, instantAt(content, "at")));
};
