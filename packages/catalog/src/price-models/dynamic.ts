import { dec } from "@meter/primitives";
import type { Decimal } from "@meter/primitives";

import { certain, readDefinition } from "../definition.ts";
import type { PriceModel } from "../price-model.ts";

/** The usage is an amount of money already; it is billed times `multiplier`, which is not negative. */
export type DynamicPrice = Readonly<{ type: "dynamic"; multiplier: Decimal }>;

export type DynamicPriceDefinition = Readonly<{ type: "dynamic"; multiplier?: string | null }>;

const one = dec("1");

/** A missing multiplier is 1. */
export const dynamicModel: PriceModel<DynamicPrice> = {
  type: "dynamic",
  needs: "total",
  unitConversion: "refused",
  parse: (definition) => {
    const reader = readDefinition(definition, ["type", "multiplier"]);
    const type = reader.choice("type", ["dynamic"]);
    const multiplier = reader.optionalDecimal("multiplier", "not_negative") ?? one;
    return reader.finish(() => ({ type: certain(type), multiplier }));
  },
};
