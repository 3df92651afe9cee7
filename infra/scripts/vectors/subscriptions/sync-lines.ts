import type { FlatPrice, PlanPhase, RateCard, UnitPrice } from "@meter/catalog";
import { builtInModels, createPricing } from "@meter/pricing";
import { formatDecimal, formatInstant, type Decimal, type Instant, type IsoDuration } from "@meter/primitives";
import {
  billingPeriodAt,
  decideCancelSubscription,
  evolveSubscription,
  makesFlatLine,
  nothingBilled,
  prorate,
  servicePeriodsDue,
  type ServicePeriod,
  type Subscription,
} from "@meter/subscriptions";
import { compareValues, type Judge } from "../calendar/judge.ts";
import {
  accepted,
  currencyAt,
  decimalAt,
  durationAt,
  flagAt,
  instantAt,
  objectAt,
  objectsAt,
  optional,
  periodAt,
  textAt,
  wordAt,
} from "../calendar/read.ts";
import { isArray, isObject, type JsonObject } from "../json.ts";
import { notYet, type Mismatch } from "../vector.ts";
import { subscribe, toPhase, toPlan, toRateCard } from "./build.ts";

/**
 * The lines of a subscription, in USD, up to the end of the billing period in which it is looked at; up to its end when it is
 * canceled. Fixed amounts are prorated; usage has an amount where the vector says how much there was in the one line.
 */
export const judgeSyncLines: Judge = (content) => {
  const input = objectAt(content, "input");
  if ("edit" in input) return notYet("edits of a subscription");
  const subscription = subscriptionOf(input);
  const due = servicePeriodsDue(subscription, {
    until: horizonOf(input, subscription),
    billed: nothingBilled,
    atSubscriptionEnd: "bill_actual_period",
  });
  const usage = optional(decimalAt, input, "usage");
  const lines = [...due].flatMap((period) => toLine(period, usage));
  const expect = objectAt(content, "expect");
  return "lines" in expect ? compareLines(objectsAt(expect, "lines"), lines) : compareSummary(expect, lines);
};

const subscriptionOf = (input: JsonObject): Subscription => {
  const start = instantAt(input, "start");
  const now = optional(instantAt, input, "now") ?? start;
  const plan = toPlan({
    billingCadence: durationAt(input, "cadence"),
    phases: phasesOf(input),
    isProRating: optional(flagAt, input, "proRating") ?? true,
    effectiveFrom: now < start ? now : start,
  });
  const timing = { type: "at", at: start } as const;
  const created = subscribe(plan, { now, timing, billingAnchor: optional(instantAt, input, "billingAnchor") });
  const cancelAt = optional(instantAt, input, "cancelAt");
  if (cancelAt === null) return created;
  const canceled = decideCancelSubscription(created, { timing: { type: "immediate" }, now: cancelAt });
  return evolveSubscription(created, accepted(canceled));
};

/** One phase unless there are several; a phase without items of its own has those of the whole. */
const phasesOf = (input: JsonObject): readonly PlanPhase[] => {
  const cadence = durationAt(input, "cadence");
  const rateCardsOf = (owner: JsonObject): readonly RateCard[] =>
    objectsAt(owner, "items").map((item) => rateCardOf(item, cadence));
  if (!isArray(input["phases"])) return [toPhase("first-phase", { duration: null, rateCards: rateCardsOf(input) })];
  return objectsAt(input, "phases").map((phase) =>
    toPhase(textAt(phase, "key"), {
      duration: optional(durationAt, phase, "duration"),
      rateCards: rateCardsOf("items" in phase ? phase : input),
    }),
  );
};

/** A cadence that is not given is the plan's; one that is null: billed once. */
const rateCardOf = (item: JsonObject, cadence: IsoDuration): RateCard => {
  const billingCadence = "billingCadence" in item ? optional(durationAt, item, "billingCadence") : cadence;
  return toRateCard(textAt(item, "key"), { price: priceOf(item), billingCadence });
};

const priceOf = (item: JsonObject): FlatPrice | UnitPrice | null => {
  if ("flat" in item) {
    const paymentTerm = wordAt(item, "term", ["in_advance", "in_arrears"]);
    return { type: "flat", amount: decimalAt(item, "flat"), paymentTerm };
  }
  return "unit" in item ? { type: "unit", amount: decimalAt(item, "unit") } : null;
};

/** Lines exist ahead of their time: to the end of the billing period, unless it is only beginning. */
const horizonOf = (input: JsonObject, subscription: Subscription): Instant => {
  const { activeFrom, activeTo } = subscription;
  const asOf = optional(instantAt, input, "syncUntil") ?? activeTo ?? optional(instantAt, input, "now") ?? activeFrom;
  const period = billingPeriodAt(subscription, asOf);
  if (asOf < activeFrom) return activeFrom;
  return period === null || period.start === asOf ? asOf : period.end;
};

type Line = Readonly<{ name: string; period: ServicePeriod; amount: Decimal | null }>;

const usDollar = currencyAt({ currency: "USD" }, "currency");

/** None when nothing is left of a flat amount. */
const toLine = (period: ServicePeriod, usage: Decimal | null): readonly Line[] => {
  const { path, item, index, proration, fullServicePeriod } = period;
  const name = nameOf({ phase: path.phaseKey, item: path.itemKey, version: path.version, period: index });
  const price = item.rateCard.price as FlatPrice | UnitPrice; // `priceOf` makes no others
  if (price.type === "unit") {
    return [{ name, period, amount: usage === null ? null : amountOf(item.rateCard, usage) }];
  }
  const amount = prorate(price.amount, proration, usDollar);
  const { paymentTerm } = price;
  return makesFlatLine({ amount, paymentTerm, fullServicePeriod }) ? [{ name, period, amount }] : [];
};

const pricing = createPricing({ models: builtInModels });

const amountOf = (rateCard: RateCard, total: Decimal): Decimal =>
  accepted(pricing.rateUnexplained({ rateCard, currency: usDollar, usage: { total }, earlier: [], final: true }))
    .amount;

const nameOf = (line: JsonObject): string =>
  [line["phase"], line["item"], line["version"], line["period"] ?? "once"].map(String).join(" ");

const compareLines = (expected: readonly JsonObject[], lines: readonly Line[]): readonly Mismatch[] => {
  const linesByName = new Map(lines.map((line) => [line.name, line]));
  const names = expected.map(nameOf);
  return [
    ...compareValues("lines", names.toSorted().join(", "), [...linesByName.keys()].toSorted().join(", ")),
    ...expected.flatMap((one) => {
      const line = linesByName.get(nameOf(one));
      return line === undefined ? [] : compareLine(one, line);
    }),
  ];
};

const compareLine = (expected: JsonObject, { name, period, amount }: Line): readonly Mismatch[] => {
  const { start, end } = periodAt(expected, "servicePeriod");
  const expectedAmount = optional(decimalAt, expected, "amount");
  const show = (from: Instant, to: Instant, at: Instant, value: Decimal | null): string =>
    [...[from, to, at].map(formatInstant), value === null ? "usage" : formatDecimal(value)].join(" ");
  return compareValues(
    name,
    show(start, end, instantAt(expected, "invoiceAt"), expectedAmount),
    show(period.servicePeriod.start, period.servicePeriod.end, period.invoiceAt, amount),
  );
};

/** Daily lines that are all alike, and the one that is not daily. */
const compareSummary = (expect: JsonObject, lines: readonly Line[]): readonly Mismatch[] => {
  const isDaily = ({ period }: Line): boolean => period.item.rateCard.billingCadence?.days === 1;
  const daily = lines.filter(isDaily);
  const [quarterly, ...more] = lines.filter((line) => !isDaily(line));
  const quarterlyLine = expect["quarterlyLine"];
  const alike = [
    ...new Set(
      daily.map(({ period, amount }) => `${formatDecimal(amount ?? noAmount)} ${formatInstant(period.invoiceAt)}`),
    ),
  ];
  return [
    ...compareValues("dailyLineCount", Number(expect["dailyLineCount"]), daily.length),
    ...compareValues(
      "daily lines",
      `${textAt(expect, "dailyLineAmount")} ${textAt(expect, "dailyInvoiceAt")}`,
      alike.join(", "),
    ),
    ...compareValues("other lines", 1, quarterly === undefined ? 0 : 1 + more.length),
    ...(quarterly === undefined || !isObject(quarterlyLine) ? [] : compareLine(quarterlyLine, quarterly)),
  ];
};

const noAmount: Decimal = { coefficient: -1n, scale: 0 };
