import { volumeModel as catalogModel } from "@meter/catalog";
import type { VolumePrice } from "@meter/catalog";
import { isZeroRatio, oneRatio } from "@meter/primitives";

import { createStep } from "../model.ts";
import type { ModelStep, PricingModel, StepReason } from "../model.ts";
import { findTier } from "./tier-bounds.ts";

/** Of the tier that Q falls in: its flat amount, at zero usage too, and Q × its unit amount, not at zero. */
export const volumeModel: PricingModel<VolumePrice> = {
  ...catalogModel,
  rate: ({ tiers }, { total }) => {
    const { tier, number } = findTier(tiers, total);
    const steps: ModelStep[] = [];
    if (tier.flatAmount !== null) {
      steps.push(
        createStep({
          reference: "volume-flat-price",
          key: `volume-flat-price:${number}`,
          label: `flat price for tier ${number}`,
          quantity: oneRatio,
          unitAmount: tier.flatAmount,
        }),
      );
    }
    if (tier.unitAmount !== null && !isZeroRatio(total)) {
      steps.push(
        createStep({
          reference: "volume-tiered-price",
          key: `volume-tiered-price:${number}`,
          label: `unit price for tier ${number}`,
          quantity: total,
          unitAmount: tier.unitAmount,
        }),
      );
    }
    return steps;
  },
  explain: ({ tiers }, { total }) => {
    const { tier, number, aboveText, upToText } = findTier(tiers, total);
    const bounds = { above: number === 1 ? null : aboveText, upTo: upToText };
    const reasons: StepReason[] = [];
    if (tier.flatAmount !== null) reasons.push({ rule: "once_when", ...bounds });
    if (tier.unitAmount !== null && !isZeroRatio(total)) reasons.push({ rule: "all_units_when", ...bounds });
    return reasons;
  },
};
