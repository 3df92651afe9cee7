import type { BuiltInPrice } from "@meter/catalog";

import type { PricingModel, PricingModels } from "../model.ts";
import { dynamicModel } from "./dynamic.ts";
import { flatModel } from "./flat.ts";
import { graduatedModel } from "./graduated.ts";
import { packageModel } from "./package.ts";
import { unitModel } from "./unit.ts";
import { volumeModel } from "./volume.ts";

/** Our models, declared through the door that is open to all: `createPricing({ models: { ...builtInModels, mine } })`. */
export const builtInModels: Readonly<{ [P in BuiltInPrice as P["type"]]: PricingModel<P> }> & PricingModels = {
  flat: flatModel,
  unit: unitModel,
  graduated: graduatedModel,
  volume: volumeModel,
  package: packageModel,
  dynamic: dynamicModel,
};
