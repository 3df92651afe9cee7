import type { PriceModel, PriceModels } from "../price-model.ts";
import { dynamicModel } from "./dynamic.ts";
import type { DynamicPrice, DynamicPriceDefinition } from "./dynamic.ts";
import { flatModel } from "./flat.ts";
import type { FlatPrice, FlatPriceDefinition } from "./flat.ts";
import { graduatedModel } from "./graduated.ts";
import type { GraduatedPrice, GraduatedPriceDefinition } from "./graduated.ts";
import { packageModel } from "./package.ts";
import type { PackagePrice, PackagePriceDefinition } from "./package.ts";
import { unitModel } from "./unit.ts";
import type { UnitPrice, UnitPriceDefinition } from "./unit.ts";
import { volumeModel } from "./volume.ts";
import type { VolumePrice, VolumePriceDefinition } from "./volume.ts";

/** A price of one of our models. Of the `Price`s there are, these are the ones to switch over by `type`. */
export type BuiltInPrice = FlatPrice | UnitPrice | GraduatedPrice | VolumePrice | PackagePrice | DynamicPrice;

/** What the parsers of our models take: JSON, decimals as texts. */
export type BuiltInPriceDefinition =
  | FlatPriceDefinition
  | UnitPriceDefinition
  | GraduatedPriceDefinition
  | VolumePriceDefinition
  | PackagePriceDefinition
  | DynamicPriceDefinition;

/** Our models as the catalog sees them; `builtInModels` of pricing adds how to rate them. */
export const builtInPriceModels: Readonly<{
  [P in BuiltInPrice as P["type"]]: PriceModel<P>;
}> &
  PriceModels = {
  flat: flatModel,
  unit: unitModel,
  graduated: graduatedModel,
  volume: volumeModel,
  package: packageModel,
  dynamic: dynamicModel,
};

export const isBuiltInPrice = (price: Readonly<{ type: string }>): price is BuiltInPrice =>
  Object.hasOwn(builtInPriceModels, price.type);
