import type { Decimal } from "@meter/primitives";

import { certain, readDefinition } from "../definition.ts";
import type { PriceModel } from "../price-model.ts";

/** `amount`, not negative, for every begun package of `quantityPerPackage` units, which is above zero. */
export type PackagePrice = Readonly<{ type: "package"; amount: Decimal; quantityPerPackage: Decimal }>;

export type PackagePriceDefinition = Readonly<{ type: "package"; amount: string; quantityPerPackage: string }>;

export const packageModel: PriceModel<PackagePrice> = {
  type: "package",
  needs: "total",
  unitConversion: "refused",
  parse: (definition) => {
    const reader = readDefinition(definition, ["type", "amount", "quantityPerPackage"]);
    const type = reader.choice("type", ["package"]);
    const amount = reader.decimal("amount", "not_negative");
    const size = reader.decimal("quantityPerPackage", "positive");
    return reader.finish(() => ({ type: certain(type), amount: certain(amount), quantityPerPackage: certain(size) }));
  },
};
