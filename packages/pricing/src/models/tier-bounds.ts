import type { Tier, Tiers } from "@meter/catalog";
import { compare, compareRatios, formatDecimal, ratioFromDecimal, subtractRatios, zeroRatio } from "@meter/primitives";
import type { Ratio } from "@meter/primitives";

/** A tier in its place: (above, upTo], its number counted from 1. */
export type PlacedTier = Readonly<{
  tier: Tier;
  number: number;
  above: Ratio;
  upTo: Ratio | null;
  /** upTo − above; null without an upper end. */
  width: Ratio | null;
  aboveText: string;
  upToText: string | null;
}>;

/** The tiers ascending. The same list answers the same places, which are worked out once. */
export const placeTiers = (tiers: Tiers): readonly PlacedTier[] => {
  const known = placedByTiers.get(tiers);
  if (known !== undefined) return known;
  const placed = tiers.toSorted(ascending).map((tier, index, sorted): PlacedTier => {
    const below = sorted[index - 1]?.upTo ?? null;
    const above = below === null ? zeroRatio : ratioFromDecimal(below);
    const upTo = tier.upTo === null ? null : ratioFromDecimal(tier.upTo);
    return {
      tier,
      number: index + 1,
      above,
      upTo,
      width: upTo === null ? null : subtractRatios(upTo, above),
      aboveText: below === null ? "0" : formatDecimal(below),
      upToText: tier.upTo === null ? null : formatDecimal(tier.upTo),
    };
  });
  placedByTiers.set(tiers, placed);
  return placed;
};

/** The tier a quantity falls in: the first whose upper end is not below it. Tiers always have an open last one. */
export const findTier = (tiers: Tiers, quantity: Ratio): PlacedTier => {
  const found = placeTiers(tiers).find(({ upTo }) => upTo === null || compareRatios(quantity, upTo) <= 0);
  if (found === undefined) throw new TypeError("tiers without an open end");
  return found;
};

const placedByTiers = new WeakMap<Tiers, readonly PlacedTier[]>();

const ascending = (a: Tier, b: Tier): number => {
  if (a.upTo === null || b.upTo === null) return Number(a.upTo === null) - Number(b.upTo === null);
  return compare(a.upTo, b.upTo);
};
