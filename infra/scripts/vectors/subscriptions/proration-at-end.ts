import type { FlatPrice } from "@meter/catalog";
import {
  evolveSubscription,
  decideCancelSubscription,
  nothingBilled,
  prorate,
  servicePeriodsDue,
} from "@meter/subscriptions";
import { compareDecimals, compareInstants, type Judge } from "../calendar/judge.ts";
import {
  accepted,
  currencyAt,
  decimalAt,
  durationAt,
  flagAt,
  instantAt,
  Malformed,
  objectAt,
  periodAt,
  textAt,
  wordAt,
} from "../calendar/read.ts";
import { subscribe, toPhase, toPlan, toRateCard } from "./build.ts";

/** A flat fee in a subscription that ends; the line of one service period. */
export const judgeProrationAtEnd: Judge = (content) => {
  const start = instantAt(content, "subscriptionStart");
  const end = instantAt(content, "subscriptionEnd");
  const billingCadence = durationAt(content, "billingCadence");
  const price: FlatPrice = {
    type: "flat",
    amount: decimalAt(content, "amount"),
    paymentTerm: wordAt(content, "paymentTerm", ["in_advance", "in_arrears"]),
  };
  const plan = toPlan({
    billingCadence,
    phases: [toPhase("default", { duration: null, rateCards: [toRateCard("fee", { price, billingCadence })] })],
    currency: textAt(content, "currency"),
    isProRating: flagAt(content, "proRatingEnabled"),
    effectiveFrom: start,
  });
  const created = subscribe(plan, { now: start, billingAnchor: instantAt(content, "billingAnchor") });
  const timing = { type: "immediate" } as const;
  const canceled = evolveSubscription(created, accepted(decideCancelSubscription(created, { timing, now: end })));

  const atSubscriptionEnd = wordAt(content, "subscriptionEndProrationMode", ["bill_actual_period", "bill_full_period"]);
  const wanted = periodAt(content, "servicePeriod");
  const due = [...servicePeriodsDue(canceled, { until: end, billed: nothingBilled, atSubscriptionEnd })];
  const found = due.find(({ servicePeriod: { start: from, end: to } }) => from === wanted.start && to === wanted.end);
  if (found === undefined) {
    throw new Malformed({ at: "servicePeriod", expected: "a service period of the subscription", found: undefined });
  }
  const expect = objectAt(content, "expect");
  return [
    ...compareDecimals(
      "expect.amount",
      decimalAt(expect, "amount"),
      prorate(price.amount, found.proration, currencyAt(content, "currency")),
    ),
    ...compareInstants("expect.invoiceAt", instantAt(expect, "invoiceAt"), found.invoiceAt),
  ];
};
