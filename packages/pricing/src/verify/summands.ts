import type { Json } from "@meter/catalog";

import type { StepReason } from "../model.ts";
import {
  fraction,
  isLess,
  isSame,
  least,
  minus,
  most,
  nothing,
  per,
  single,
  toDigits,
  Unreadable,
} from "./fraction.ts";
import type { Fraction } from "./fraction.ts";

/** A summand that a price must have at a quantity. */
export type Expected = Readonly<{
  reference: string;
  reason: StepReason;
  quantity: Fraction;
  unitAmount: Fraction;
}>;

/** The summands of a price of our models, from its definition; null for a model that is not ours. */
export const summandsOf = (
  price: Readonly<{ [name: string]: Json }>,
  quantity: Fraction,
): readonly Expected[] | null => {
  const amountOf = (name: string): Fraction => fraction(textOf(price[name]));
  const type = typeof price["type"] === "string" ? price["type"] : "";
  switch (type) {
    case "flat":
      return [{ reference: "flat-price", reason: fixed, quantity: single, unitAmount: amountOf("amount") }];
    case "unit":
      return unless0(quantity, {
        reference: "unit-price-usage",
        reason: eachUnit,
        quantity,
        unitAmount: amountOf("amount"),
      });
    case "dynamic":
      return unless0(quantity, { reference: "usage", reason: eachUnit, quantity, unitAmount: amountOf("multiplier") });
    case "package": {
      const size = textOf(price["quantityPerPackage"]);
      const packages = toDigits(per(quantity, fraction(size)), 0, "up");
      const reason = { rule: "begun_blocks", above: "0", size } as const;
      return unless0(packages, { reference: "usage", reason, quantity: packages, unitAmount: amountOf("amount") });
    }
    case "graduated":
      return graduated(tiersOf(price["tiers"]), quantity);
    case "volume":
      return volume(tiersOf(price["tiers"]), quantity);
    default:
      return null;
  }
};

/** The quantity that a reason leads to; `unfounded` when its condition does not hold, `stated` when only the model knows. */
export const quantityOf = (reason: StepReason, quantity: Fraction): Fraction | "unfounded" | "stated" => {
  switch (reason.rule) {
    case "fixed":
      return single;
    case "each_unit":
      return quantity;
    case "units_between": {
      const above = fraction(reason.above);
      const end = reason.upTo === null ? quantity : least(quantity, fraction(reason.upTo));
      return most(minus(end, above), nothing);
    }
    case "once_above":
      return isLess(fraction(reason.above), quantity) ? single : "unfounded";
    case "all_units_when":
      return isWithin(reason, quantity) ? quantity : "unfounded";
    case "once_when":
      return isWithin(reason, quantity) ? single : "unfounded";
    case "begun_blocks": {
      const counted = most(minus(quantity, fraction(reason.above)), nothing);
      return toDigits(per(counted, fraction(reason.size)), 0, "up");
    }
    case "stated":
      return "stated";
  }
};

const isWithin = (
  { above, upTo }: Readonly<{ above: string | null; upTo: string | null }>,
  quantity: Fraction,
): boolean =>
  (above === null || isLess(fraction(above), quantity)) && (upTo === null || !isLess(fraction(upTo), quantity));

const unless0 = (count: Fraction, summand: Expected): readonly Expected[] => (isSame(count, nothing) ? [] : [summand]);

const fixed: StepReason = { rule: "fixed" };
const eachUnit: StepReason = { rule: "each_unit" };

type TierText = Readonly<{
  upTo: Fraction | null;
  upToText: string | null;
  unitAmount: Fraction | null;
  flatAmount: Fraction | null;
}>;

/** Unit by tier: of each tier the overlap of (0, Q] with (lower, upper]. */
const graduated = (tiers: readonly TierText[], quantity: Fraction): readonly Expected[] =>
  tiers.flatMap(({ upTo, upToText, unitAmount, flatAmount }, index): readonly Expected[] => {
    const lower = tiers[index - 1]?.upTo ?? nothing;
    const above = tiers[index - 1]?.upToText ?? "0";
    if (index > 0 && !isLess(lower, quantity)) return [];
    const inside = minus(upTo === null ? quantity : least(quantity, upTo), lower);
    const name = `graduated-tiered-${index + 1}`;
    const units: StepReason = { rule: "units_between", above, upTo: upToText };
    const entered: StepReason = index === 0 ? fixed : { rule: "once_above", above };
    return [
      ...(unitAmount === null
        ? []
        : [{ reference: `${name}-price-usage`, reason: units, quantity: inside, unitAmount }]),
      ...(flatAmount === null
        ? []
        : [{ reference: `${name}-flat-price`, reason: entered, quantity: single, unitAmount: flatAmount }]),
    ];
  });

const volume = (tiers: readonly TierText[], quantity: Fraction): readonly Expected[] => {
  const index = tiers.findIndex(({ upTo }) => upTo === null || !isLess(upTo, quantity));
  const tier = tiers[index];
  if (tier === undefined) throw new Unreadable("tiers without an open end");
  const { unitAmount, flatAmount, upToText: upTo } = tier;
  const above = tiers[index - 1]?.upToText ?? null;
  const flat: StepReason = { rule: "once_when", above, upTo };
  const units: StepReason = { rule: "all_units_when", above, upTo };
  return [
    ...(flatAmount === null
      ? []
      : [{ reference: "volume-flat-price", reason: flat, quantity: single, unitAmount: flatAmount }]),
    ...(unitAmount === null || isSame(quantity, nothing)
      ? []
      : [{ reference: "volume-tiered-price", reason: units, quantity, unitAmount }]),
  ];
};

const tiersOf = (value: Json | undefined): readonly TierText[] => {
  if (!Array.isArray(value)) throw new Unreadable("tiers");
  const tiers = value.map((tier: Json): TierText => {
    const members =
      typeof tier === "object" && tier !== null && !Array.isArray(tier) ? new Map(Object.entries(tier)) : null;
    const amount = (name: string): Fraction | null => {
      const text = members?.get(name) ?? null;
      return text === null ? null : fraction(textOf(text));
    };
    const upToText = members?.get("upTo") ?? null;
    return {
      upTo: amount("upTo"),
      upToText: upToText === null ? null : textOf(upToText),
      unitAmount: amount("unitAmount"),
      flatAmount: amount("flatAmount"),
    };
  });
  return tiers.toSorted((a, b) => {
    if (a.upTo === null || b.upTo === null) return a.upTo === b.upTo ? 0 : a.upTo === null ? 1 : -1;
    return isLess(a.upTo, b.upTo) ? -1 : 1;
  });
};

const textOf = (value: Json | undefined): string => {
  if (typeof value !== "string") throw new Unreadable(JSON.stringify(value ?? null));
  return value;
};
