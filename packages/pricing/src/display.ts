import { decimalFromRatio, roundRatio } from "@meter/primitives";
import type { Decimal, Ratio } from "@meter/primitives";

/** A quantity for people: exact when it has at most 30 fraction digits, else rounded to 16, half away from zero. */
export const toDisplay = (ratio: Ratio): Decimal => {
  const scale = scales.get(ratio.denominator);
  if (scale !== undefined) return { coefficient: ratio.numerator, scale };
  const exact = decimalFromRatio(ratio);
  if (exact !== null && exact.scale <= exactScaleMax) return exact;
  return roundRatio(ratio, roundedScale, "half_away_from_zero");
};

const exactScaleMax = 30;
const roundedScale = 16;

const scales: ReadonlyMap<bigint, number> = new Map(
  Array.from({ length: exactScaleMax + 1 }, (_, scale) => [10n ** BigInt(scale), scale]),
);
