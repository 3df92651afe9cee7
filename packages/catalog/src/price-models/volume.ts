import type { PriceModel } from "../price-model.ts";
import { parseTiered } from "./tier.ts";
import type { TierDefinition, Tiers } from "./tier.ts";

/** All units cost what the tier of the total says, and its flat amount is due once, at zero usage as well. */
export type VolumePrice = Readonly<{ type: "volume"; tiers: Tiers }>;

export type VolumePriceDefinition = Readonly<{ type: "volume"; tiers: readonly TierDefinition[] }>;

export const volumeModel: PriceModel<VolumePrice> = {
  type: "volume",
  needs: "total",
  cuts: "never",
  parse: (definition) => parseTiered("volume", definition),
};
