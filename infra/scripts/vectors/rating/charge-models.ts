import { builtInPriceModels, noCommitments, noDiscounts, parsePrice, type RateCardDiscounts } from "@meter/catalog";
import { toDisplay, type ExplainedRated, type RatedRateCard } from "@meter/pricing";
import {
  compareRatios,
  dec,
  divideRatios,
  formatDecimal,
  isZero,
  multiply,
  parseDecimal,
  ratioFromDecimal,
  round,
  roundRatio,
  subtract,
  sum,
  sumRatios,
  zero,
  zeroRatio,
  type Decimal,
  type Ratio,
} from "@meter/primitives";
import { Malformed, objectAt, objectsAt } from "../calendar/read.ts";
import { isArray, isObject, type Json, type JsonObject } from "../json.ts";
import type { Mismatch } from "../vector.ts";
import { compareNumber } from "./compare-lines.ts";
import { answered, parsed, type Judge } from "./judge.ts";
import { pricing } from "./lines.ts";
import { currencyOf } from "./rate-card.ts";

// Charge models of another system: amounts before rounding, in one go. Its names are on the left, ours come out of them.

export const chargeModels = ["standard", "graduated", "graduated_range", "volume", "package", "dynamic"] as const;
export type ChargeModel = (typeof chargeModels)[number];

/** amount, unit_amount, amount_cents, units and details, as far as they are expected; or a running list of them. */
export const judgeChargeModel =
  (model: ChargeModel): Judge =>
  (content) => {
    const expect = objectAt(content, "expect");
    const properties = objectAt(content, "properties");
    const rateCard = rateCardOf(model, properties);
    const usages = usagesOf(objectAt(content, "input"), model);
    const charges = usages.map((usage): Charge => chargeOf(rateCard, usage, content));
    const running = expect["running"];
    if (isArray(running)) {
      return objectsAt(expect, "running").flatMap((one, index) =>
        compareCharge(`expect.running[${index}]`, { model, expect: one, charge: charges[index] ?? null, properties }),
      );
    }
    return compareCharge("expect", { model, expect, charge: charges.at(-1) ?? null, properties });
  };

/** What was metered, and the units a vector counts: the same, but for a dynamic price, which meters money. */
type Usage = Readonly<{ units: Decimal; metered: Decimal }>;

type Charge = Usage & Readonly<{ rated: ExplainedRated }>;

const chargeOf = (rateCard: RatedRateCard, usage: Usage, content: JsonObject): Charge => ({
  ...usage,
  rated: answered(
    pricing.rate({
      rateCard,
      currency: currencyOf(content),
      usage: { total: usage.metered },
      earlier: [],
      final: true,
    }),
  ),
});

const rateCardOf = (model: ChargeModel, properties: JsonObject): RatedRateCard => ({
  price: parsed(parsePrice(builtInPriceModels, definitionOf(model, properties))),
  discounts: model === "package" ? freeUnitsOf(properties) : noDiscounts,
  commitments: noCommitments,
  unitConfig: null,
  taxConfig: null,
});

const definitionOf = (model: ChargeModel, properties: JsonObject): JsonObject => {
  switch (model) {
    case "standard":
      return { type: "unit", amount: textOf(properties, "amount") };
    case "graduated":
      return { type: "graduated", tiers: objectsAt(properties, "graduated_ranges").map(tierOf) };
    case "graduated_range":
      return { type: "graduated", tiers: tiersAround(properties) };
    case "volume":
      return { type: "volume", tiers: objectsAt(properties, "volume_ranges").map(tierOf) };
    case "package":
      return {
        type: "package",
        amount: textOf(properties, "amount"),
        quantityPerPackage: textOf(properties, "package_size"),
      };
    case "dynamic":
      return { type: "dynamic" };
  }
};

const tierOf = (range: JsonObject): JsonObject => ({
  upTo: range["to_value"] === null ? null : textOf(range, "to_value"),
  unitAmount: textOf(range, "per_unit_amount"),
  flatAmount: textOf(range, "flat_amount"),
});

/** One range among others that cost nothing. */
const tiersAround = (range: JsonObject): readonly JsonObject[] => {
  const above = lowerBoundOf(range);
  const free = { unitAmount: "0", flatAmount: null };
  return [
    ...(isZero(above) ? [] : [{ ...free, upTo: formatDecimal(above) }]),
    tierOf(range),
    ...(range["to_value"] === null ? [] : [{ ...free, upTo: null }]),
  ];
};

/** A whole `from_value` above zero is the first unit of the range, a fraction its open end. */
const lowerBoundOf = (range: JsonObject): Decimal => {
  const from = numberOf(range, "from_value");
  const isWhole = from.coefficient % 10n ** BigInt(from.scale) === 0n;
  return isZero(from) || !isWhole ? from : subtract(from, dec("1"));
};

const freeUnitsOf = (properties: JsonObject): RateCardDiscounts => {
  const quantity = properties["free_units"] === undefined ? zero : numberOf(properties, "free_units");
  return { percentage: null, usage: { quantity, correlationId: null } };
};

/** One usage, or one after each event. */
const usagesOf = (input: JsonObject, model: ChargeModel): readonly Usage[] => {
  if (isArray(input["events"])) {
    const events = objectsAt(input, "events");
    return events.map((_, index) => {
      const some = events.slice(0, index + 1);
      const units = sum(some.map((event) => numberOf(event, "units")));
      return { units, metered: model === "dynamic" ? sum(some.map(moneyOf)) : units };
    });
  }
  const units = numberOf(input, input["units"] === undefined ? "event_count" : "units");
  return [{ units, metered: model === "dynamic" ? moneyOf(input) : units }];
};

/** The money of an event: given in hundredths. */
const moneyOf = (event: JsonObject): Decimal => multiply(numberOf(event, "precise_total_amount_cents"), dec("0.01"));

type Comparison = Readonly<{
  model: ChargeModel;
  expect: JsonObject;
  charge: Charge | null;
  properties: JsonObject;
}>;

const compareCharge = (at: string, { model, expect, charge, properties }: Comparison): readonly Mismatch[] => {
  if (charge === null) return [{ at, expected: expect, found: null }];
  const { rated, units } = charge;
  const exact = rated.exactWhole;
  const paid = model === "package" ? ratioFromDecimal(rated.quantities.billable.part) : ratioFromDecimal(units);
  const unitAmount = compareRatios(paid, zeroRatio) === 0 ? zeroRatio : divideRatios(exact, paid);
  return [
    ...compareRounded(at, expect, "amount", exact),
    ...compareRounded(at, expect, "unit_amount", unitAmount),
    ...("units" in expect ? compareNumber(`${at}.units`, expect["units"], units) : []),
    ...("amount_cents" in expect
      ? compareNumber(`${at}.amount_cents`, expect["amount_cents"], multiply(rated.amount, dec("100")))
      : []),
    ...(isObject(expect["details"])
      ? compareDetails(`${at}.details`, expect["details"], detailsOf({ model, charge, properties }))
      : []),
  ];
};

/** Rounded as `NAME_round` says, half away from zero, else exactly. */
const compareRounded = (at: string, expect: JsonObject, name: string, found: Ratio): readonly Mismatch[] => {
  if (expect[name] === undefined) return [];
  const digits = expect[`${name}_round`];
  if (typeof digits !== "number") return compareNumber(`${at}.${name}`, expect[name], toDisplay(found));
  const mode = "half_away_from_zero";
  return compareNumber(
    `${at}.${name}`,
    formatDecimal(round(numberOf(expect, name), digits, mode)),
    roundRatio(found, digits, mode),
  );
};

type Details = Readonly<{ [name: string]: Decimal | null | readonly Details[] }>;

const compareDetails = (at: string, expected: JsonObject, found: Details): readonly Mismatch[] =>
  Object.entries(expected).flatMap(([name, value]) => {
    const ours = found[name];
    const here = `${at}.${name}`;
    if (!isArray(value)) return compareNumber(here, value, isDetailsList(ours) ? null : (ours ?? null));
    const list = isDetailsList(ours) ? ours : [];
    if (list.length !== value.length) return [{ at: `${here}.length`, expected: value.length, found: list.length }];
    return value.flatMap((item, index) =>
      compareDetails(`${here}[${index}]`, isObject(item) ? item : {}, list[index] ?? {}),
    );
  });

const isDetailsList = (value: Details[string] | undefined): value is readonly Details[] => Array.isArray(value);

const detailsOf = ({
  model,
  charge,
  properties,
}: Omit<Comparison, "expect" | "charge"> & Readonly<{ charge: Charge }>): Details => {
  const { rated } = charge;
  const stepAt = (reference: string) => rated.steps.find((step) => step.reference === reference) ?? null;
  switch (model) {
    case "graduated":
    case "graduated_range": {
      const ranges = model === "graduated" ? objectsAt(properties, "graduated_ranges") : [properties];
      const before = model === "graduated_range" && !isZero(lowerBoundOf(properties)) ? 1 : 0;
      const rows = ranges.flatMap((range, index): readonly Details[] => {
        const number = index + 1 + before;
        const usage = stepAt(`graduated-tiered-${number}-price-usage`);
        const flat = stepAt(`graduated-tiered-${number}-flat-price`);
        if (usage === null && flat === null) return [];
        return [
          {
            from_value: numberOf(range, "from_value"),
            to_value: range["to_value"] === null ? null : numberOf(range, "to_value"),
            flat_unit_amount: flat?.unitAmount ?? zero,
            per_unit_amount: usage?.unitAmount ?? zero,
            units: toDisplay(usage?.quantity ?? zeroRatio),
            per_unit_total_amount: toDisplay(usage?.gross ?? zeroRatio),
            total_with_flat_amount: toDisplay(sumRatios([usage?.gross ?? zeroRatio, flat?.gross ?? zeroRatio])),
          },
        ];
      });
      return model === "graduated" ? { graduated_ranges: rows } : (rows[0] ?? {});
    }
    case "volume": {
      const usage = stepAt("volume-tiered-price");
      return {
        flat_unit_amount: stepAt("volume-flat-price")?.unitAmount ?? zero,
        per_unit_amount: usage?.unitAmount ?? zero,
        per_unit_total_amount: toDisplay(usage?.gross ?? zeroRatio),
      };
    }
    case "package":
      return {
        free_units: properties["free_units"] === undefined ? zero : numberOf(properties, "free_units"),
        paid_units: rated.quantities.billable.part,
        per_package_size: numberOf(properties, "package_size"),
        per_package_unit_amount: numberOf(properties, "amount"),
      };
    case "standard":
    case "dynamic":
      return {};
  }
};

const numberOf = (content: JsonObject, name: string): Decimal => {
  const value: Json | undefined = content[name];
  const decimal = typeof value === "string" || typeof value === "number" ? parseDecimal(String(value)) : null;
  if (decimal === null || !decimal.ok) throw new Malformed({ at: name, expected: "a number", found: value });
  return decimal.value;
};

const textOf = (content: JsonObject, name: string): string => formatDecimal(numberOf(content, name));
