import type { PriceModel } from "../price-model.ts";
import { parseTiered } from "./tier.ts";
import type { TierDefinition, Tiers } from "./tier.ts";

/** Each unit costs what its own tier says; a tier's flat amount is due once the tier is entered, the first one's always. */
export type GraduatedPrice = Readonly<{ type: "graduated"; tiers: Tiers }>;

export type GraduatedPriceDefinition = Readonly<{ type: "graduated"; tiers: readonly TierDefinition[] }>;

export const graduatedModel: PriceModel<GraduatedPrice> = {
  type: "graduated",
  needs: "total",
  parse: (definition) => parseTiered("graduated", definition),
};
