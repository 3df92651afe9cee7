import { graduatedModel as catalogModel } from "@meter/catalog";
import type { GraduatedPrice, Tiers } from "@meter/catalog";
import { compareRatios, oneRatio, subtractRatios } from "@meter/primitives";
import type { Ratio } from "@meter/primitives";

import { createStep } from "../model.ts";
import type { ModelStep, PricingModel, StepReason } from "../model.ts";
import { placeTiers } from "./tier-bounds.ts";
import type { PlacedTier } from "./tier-bounds.ts";

/**
 * Σ over the tiers that Q enters: the units inside × unit amount, then the flat amount once. A tier is entered above its
 * lower bound; the first always is, so that zero usage shows it with quantity 0 and charges its flat amount.
 */
export const graduatedModel: PricingModel<GraduatedPrice> = {
  ...catalogModel,
  rate: ({ tiers }, { total }) => {
    const steps: ModelStep[] = [];
    for (const { placed, whole } of ladderOf(tiers)) {
      if (placed.number > 1 && compareRatios(total, placed.above) <= 0) break;
      const full = placed.upTo !== null && compareRatios(total, placed.upTo) >= 0;
      if (full) steps.push(...whole);
      else steps.push(...stepsOf(placed, subtractRatios(total, placed.above)));
      if (!full) break;
    }
    return steps;
  },
  explain: ({ tiers }, { total }) =>
    placeTiers(tiers)
      .filter(({ number, above }) => number === 1 || compareRatios(total, above) > 0)
      .flatMap(({ tier, number, aboveText, upToText }) => {
        const reasons: StepReason[] = [];
        if (tier.unitAmount !== null) reasons.push({ rule: "units_between", above: aboveText, upTo: upToText });
        if (tier.flatAmount !== null) {
          reasons.push(number === 1 ? { rule: "fixed" } : { rule: "once_above", above: aboveText });
        }
        return reasons;
      }),
};

/** A tier and its steps when it is full, which are the same for every quantity above it. */
type Rung = Readonly<{ placed: PlacedTier; whole: readonly ModelStep[] }>;

const ladderOf = (tiers: Tiers): readonly Rung[] => {
  const known = laddersByTiers.get(tiers);
  if (known !== undefined) return known;
  const ladder = placeTiers(tiers).map((placed): Rung => {
    return { placed, whole: placed.width === null ? [] : stepsOf(placed, placed.width) };
  });
  laddersByTiers.set(tiers, ladder);
  return ladder;
};

const laddersByTiers = new WeakMap<Tiers, readonly Rung[]>();

const stepsOf = ({ tier, number }: PlacedTier, quantity: Ratio): readonly ModelStep[] => {
  const steps: ModelStep[] = [];
  if (tier.unitAmount !== null) {
    steps.push(
      createStep({
        reference: `graduated-tiered-${number}-price-usage`,
        label: `usage price for tier ${number}`,
        quantity,
        unitAmount: tier.unitAmount,
      }),
    );
  }
  if (tier.flatAmount !== null) {
    steps.push(
      createStep({
        reference: `graduated-tiered-${number}-flat-price`,
        label: `flat price for tier ${number}`,
        quantity: oneRatio,
        unitAmount: tier.flatAmount,
      }),
    );
  }
  return steps;
};
