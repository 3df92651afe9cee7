import { utc, type Decimal, type Instant, type Period } from "@meter/primitives";
import {
  billablePeriods,
  makesFlatLine,
  prorate,
  prorationRatio,
  type SubscriptionEndProration,
} from "@meter/subscriptions";
import { isObject, type JsonObject } from "../json.ts";
import { compareDecimals, compareInstants, compareValues, type Judge } from "./judge.ts";
import {
  currencyAt,
  decimalAt,
  durationAt,
  flagAt,
  secondAt,
  Malformed,
  objectAt,
  optional,
  periodAt,
  wordAt,
} from "./read.ts";

/** The expected amount stands alone, with `lineGenerated` beside it, or as `amount` beside `lineEmitted`. */
export const judgeProration: Judge = (content) => {
  const fullServicePeriod = periodAt(content, "fullServicePeriod");
  const amount = prorated(content, fullServicePeriod, optional(secondAt, content, "subscriptionActiveTo"));
  const line = makesFlatLine({ amount, paymentTerm: paymentTermOf(content), fullServicePeriod });
  const expect = content["expect"];
  const expected = isObject(expect) ? decimalAt(expect, "amount") : decimalAt(content, "expect");
  const expectedLine = isObject(expect)
    ? optional(flagAt, expect, "lineEmitted")
    : optional(flagAt, content, "lineGenerated");
  return [
    ...compareDecimals("expect.amount", expected, amount),
    ...(expectedLine === null ? [] : compareValues("line", expectedLine, line)),
  ];
};

/** The full service period is the one that the subscription's own cadence gives. */
export const judgeProrationAtSubscriptionEnd: Judge = (content) => {
  const servicePeriod = periodAt(content, "servicePeriod");
  const end = secondAt(content, "subscriptionEnd");
  const lifetime = { start: secondAt(content, "subscriptionStart"), end };
  const cadence = durationAt(content, "billingCadence");
  const generated = billablePeriods(
    {
      billing: { interval: cadence, anchor: secondAt(content, "billingAnchor"), timeZone: utc },
      phase: lifetime,
      active: lifetime,
      cadence,
      price: "flat",
      paymentTerm: paymentTermOf(content),
    },
    { until: end },
  );
  for (const { servicePeriod: service, fullServicePeriod, invoiceAt } of generated) {
    if (service.start !== servicePeriod.start || service.end !== servicePeriod.end) continue;
    const expect = objectAt(content, "expect");
    return [
      ...compareDecimals("expect.amount", decimalAt(expect, "amount"), prorated(content, fullServicePeriod, end)),
      ...compareInstants("expect.invoiceAt", secondAt(expect, "invoiceAt"), invoiceAt),
    ];
  }
  throw new Malformed({ at: "servicePeriod", expected: "a service period of the subscription", found: undefined });
};

const modes: readonly SubscriptionEndProration[] = ["bill_actual_period", "bill_full_period"];

const prorated = (content: JsonObject, fullServicePeriod: Period, subscriptionEnd: Instant | null): Decimal => {
  const enabled = optional(flagAt, content, "prorationEnabled") ?? optional(flagAt, content, "proRatingEnabled");
  const ratio = prorationRatio({
    enabled: enabled ?? true,
    servicePeriod: periodAt(content, "servicePeriod"),
    fullServicePeriod,
    subscriptionEnd,
    atSubscriptionEnd:
      optional((from, name) => wordAt(from, name, modes), content, "subscriptionEndProrationMode") ??
      "bill_actual_period",
  });
  return prorate(decimalAt(content, "amount"), ratio, currencyAt(content, "currency"));
};

const paymentTerms = ["in_advance", "in_arrears"] as const;

const paymentTermOf = (content: JsonObject): (typeof paymentTerms)[number] =>
  optional((from, name) => wordAt(from, name, paymentTerms), content, "paymentTerm") ?? "in_advance";
