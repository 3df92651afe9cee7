import { dynamicModel as catalogModel } from "@meter/catalog";
import type { DynamicPrice } from "@meter/catalog";
import { isZeroRatio } from "@meter/primitives";

import { createStep } from "../model.ts";
import type { PricingModel } from "../model.ts";

/** Q × multiplier, shown as 1 at the rounded amount; no step at zero. */
export const dynamicModel: PricingModel<DynamicPrice> = {
  ...catalogModel,
  rate: ({ multiplier }, { total }) =>
    isZeroRatio(total)
      ? []
      : [
          createStep({
            reference: "usage",
            label: "usage in period",
            quantity: total,
            unitAmount: multiplier,
            shown: "amount",
          }),
        ],
  explain: (_, { total }) => (isZeroRatio(total) ? [] : [{ rule: "each_unit" }]),
};
