import type { Decimal } from "@meter/primitives";

import { certain, readDefinition } from "../definition.ts";
import type { PriceModel } from "../price-model.ts";

/** The same amount for every unit, not negative. */
export type UnitPrice = Readonly<{ type: "unit"; amount: Decimal }>;

export type UnitPriceDefinition = Readonly<{ type: "unit"; amount: string }>;

export const unitModel: PriceModel<UnitPrice> = {
  type: "unit",
  needs: "total",
  parse: (definition) => {
    const reader = readDefinition(definition, ["type", "amount"]);
    const type = reader.choice("type", ["unit"]);
    const amount = reader.decimal("amount", "not_negative");
    return reader.finish(() => ({ type: certain(type), amount: certain(amount) }));
  },
};
