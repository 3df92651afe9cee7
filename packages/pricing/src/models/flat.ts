import { flatModel as catalogModel } from "@meter/catalog";
import type { FlatPrice } from "@meter/catalog";
import { oneRatio } from "@meter/primitives";

import { createStep } from "../model.ts";
import type { PricingModel } from "../model.ts";

/** amount. When it is due, by payment term, is the engine's to say. */
export const flatModel: PricingModel<FlatPrice> = {
  ...catalogModel,
  rate: ({ amount }) => [createStep({ reference: "flat-price", quantity: oneRatio, unitAmount: amount })],
  explain: () => [{ rule: "fixed" }],
};
