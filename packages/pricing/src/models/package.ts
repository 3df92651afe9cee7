import { packageModel as catalogModel } from "@meter/catalog";
import type { PackagePrice } from "@meter/catalog";
import { divideRatios, formatDecimal, ratioFromDecimal, roundRatio } from "@meter/primitives";
import type { Decimal, Ratio } from "@meter/primitives";

import { createStep } from "../model.ts";
import type { PricingModel } from "../model.ts";

/** ceiling(Q / size) × amount; no step at zero. */
export const packageModel: PricingModel<PackagePrice> = {
  ...catalogModel,
  rate: ({ amount, quantityPerPackage }, { total }) => {
    const packages = countPackages(total, quantityPerPackage);
    if (packages === 0n) return [];
    const quantity = { numerator: packages, denominator: 1n };
    return [createStep({ reference: "usage", label: "usage in period", quantity, unitAmount: amount })];
  },
  explain: ({ quantityPerPackage }, { total }) =>
    countPackages(total, quantityPerPackage) === 0n
      ? []
      : [{ rule: "begun_blocks", above: "0", size: formatDecimal(quantityPerPackage) }],
};

/** How many packages of `size` are begun by `quantity`: 0 at 0, 1 up to and including one size. */
export const countPackages = (quantity: Ratio, size: Decimal): bigint =>
  roundRatio(divideRatios(quantity, ratioFromDecimal(size)), 0, "ceiling").coefficient;
