import { unitModel as catalogModel } from "@meter/catalog";
import type { UnitPrice } from "@meter/catalog";
import { isZeroRatio } from "@meter/primitives";

import { createStep } from "../model.ts";
import type { PricingModel } from "../model.ts";

/** Q × amount; no step at zero. */
export const unitModel: PricingModel<UnitPrice> = {
  ...catalogModel,
  rate: ({ amount }, { total }) =>
    isZeroRatio(total)
      ? []
      : [
          createStep({
            reference: "unit-price-usage",
            label: "usage in period",
            quantity: total,
            unitAmount: amount,
          }),
        ],
  explain: (_, { total }) => (isZeroRatio(total) ? [] : [{ rule: "each_unit" }]),
};
