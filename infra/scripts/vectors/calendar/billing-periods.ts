import { addDuration, utc, type Instant } from "@meter/primitives";
import { billablePeriods, type BillablePeriod, type ItemBilling } from "@meter/subscriptions";
import type { JsonObject } from "../json.ts";
import type { Mismatch } from "../vector.ts";
import { compareInstants, comparePeriods, compareValues, type Judge } from "./judge.ts";
import { durationAt, secondAt, objectAt, objectsAt, optional, periodAt, textAt } from "./read.ts";

/** One phase with its items; versions of a key are the items with that key, in their order. */
export const judgePeriodGeneration: Judge = (content) => {
  const versions = new Map<string, number>();
  const found = objectsAt(content, "items").flatMap((item) => {
    const key = textAt(item, "key");
    const version = versions.get(key) ?? 0;
    versions.set(key, version + 1);
    return periodsOf(content, item).map((period) => ({ name: nameOf(key, version, period.index), period }));
  });
  return comparePeriodLists(objectsAt(objectAt(content, "expect"), "periods"), found);
};

/** A vector may stop here: no honest one has more periods of one item. */
const periodsMax = 10_000;

const periodsOf = (content: JsonObject, item: JsonObject): readonly BillablePeriod[] => {
  const billing = billingOf(item);
  if (billing === null) return [];
  const start = secondAt(content, "subscriptionStart");
  const phaseStart = optional(secondAt, content, "phaseStart") ?? start;
  const end = earliest([optional(secondAt, content, "phaseEnd"), optional(secondAt, content, "subscriptionEnd")]);
  const after = (name: string): Instant | null => {
    const offset = optional(durationAt, item, name);
    return offset === null ? null : addDuration(phaseStart, offset, utc);
  };
  const generated = billablePeriods(
    {
      billing: {
        interval: durationAt(content, "billingCadence"),
        anchor: optional(secondAt, content, "billingAnchor") ?? start,
        timeZone: utc,
      },
      phase: { start: phaseStart, end },
      active: { start: after("startAfter") ?? phaseStart, end: after("endAfter") },
      cadence: optional(durationAt, item, "cadence"),
      ...billing,
    },
    { until: secondAt(content, "iterateUntil") },
  );
  const periods: BillablePeriod[] = [];
  for (const period of generated) {
    periods.push(period);
    if (periods.length >= periodsMax) break;
  }
  return periods;
};

/** null: without a price nothing is billed. */
const billingOf = (item: JsonObject): ItemBilling | null => {
  const price = optional(textAt, item, "price");
  if (price === null || price === "none") return null;
  if (price === "flat_in_advance") return { price: "flat", paymentTerm: "in_advance" };
  if (price === "flat_in_arrears") return { price: "flat", paymentTerm: "in_arrears" };
  return { price: "metered" };
};

const earliest = (instants: readonly (Instant | null)[]): Instant | null =>
  instants.reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null);

const nameOf = (key: string, version: number, index: number | null): string =>
  `${key} v${version}${index === null ? "" : ` period ${index}`}`;

type Named = Readonly<{ name: string; period: BillablePeriod }>;

const comparePeriodLists = (expected: readonly JsonObject[], found: readonly Named[]): readonly Mismatch[] => {
  const foundByName = new Map(found.map(({ name, period }) => [name, period]));
  const names = expected.map((one) => {
    const index = one["period"];
    return nameOf(textAt(one, "key"), Number(one["version"] ?? 0), typeof index === "number" ? index : null);
  });
  return [
    ...compareValues("periods", names.toSorted().join(", "), [...foundByName.keys()].toSorted().join(", ")),
    ...expected.flatMap((one, index) => {
      const name = names[index] ?? "";
      const period = foundByName.get(name);
      return period === undefined ? [] : comparePeriod(name, one, period);
    }),
  ];
};

const comparePeriod = (name: string, expected: JsonObject, found: BillablePeriod): readonly Mismatch[] => [
  ...comparePeriods(`${name}: servicePeriod`, periodAt(expected, "servicePeriod"), found.servicePeriod),
  ...comparePeriods(`${name}: fullServicePeriod`, periodAt(expected, "fullServicePeriod"), found.fullServicePeriod),
  ...comparePeriods(`${name}: billingPeriod`, periodAt(expected, "billingPeriod"), found.billingPeriod),
  ...compareInstants(`${name}: invoiceAt`, secondAt(expected, "invoiceAt"), found.invoiceAt),
];
