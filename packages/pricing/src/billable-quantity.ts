import type { UnitConversion } from "@meter/catalog";
import {
  divideRatios,
  maxRatio,
  minRatio,
  multiplyRatios,
  ratioFromDecimal,
  roundRatio,
  subtractRatios,
  zeroRatio,
} from "@meter/primitives";
import type { Decimal, Ratio, Rounding } from "@meter/primitives";

/** The quantities on the way from what was metered to what is priced. */
export type Quantities<N> = Readonly<{
  metered: N;
  /** After unit conversion and its rounding. */
  converted: N;
  /** What the usage discount takes off. */
  free: N;
  /** What is priced. */
  billable: N;
}>;

/**
 * From the metered quantity since the service period began to the billable one: unit conversion; below zero counts as zero;
 * usage discount.
 */
export const toBillable = (
  metered: Decimal,
  { unitConfig, freeQuantity }: Readonly<{ unitConfig: UnitConversion | null; freeQuantity: Decimal | null }>,
): Quantities<Ratio> => {
  const exact = ratioFromDecimal(metered);
  const converted = unitConfig === null ? exact : convertQuantity(exact, unitConfig);
  const positive = converted.numerator < 0n ? zeroRatio : converted;
  if (freeQuantity === null) return { metered: exact, converted, free: zeroRatio, billable: positive };
  const free = freeUnits(positive, freeQuantity);
  return { metered: exact, converted, free, billable: subtractRatios(positive, free) };
};

/** The exact result of the operation, before rounding: access to a feature is judged by it. */
export const convertExactly = (quantity: Ratio, { operation, conversionFactor }: UnitConversion): Ratio => {
  const factor = ratioFromDecimal(conversionFactor);
  return operation === "multiply" ? multiplyRatios(quantity, factor) : divideRatios(quantity, factor);
};

/** The converted quantity as it is billed: rounded when the conversion says so, otherwise exact. */
export const convertQuantity = (quantity: Ratio, conversion: UnitConversion): Ratio => {
  const exact = convertExactly(quantity, conversion);
  const mode = roundingModes[conversion.rounding];
  return mode === null ? exact : ratioFromDecimal(roundRatio(exact, conversion.precision, mode));
};

const roundingModes: Readonly<Record<UnitConversion["rounding"], Rounding | null>> = {
  none: null,
  ceiling: "ceiling",
  floor: "floor",
  half_up: "half_away_from_zero",
};

/** How much of a quantity (not below zero) a usage discount takes: min(discount, quantity), nothing for one below zero. */
export const freeUnits = (quantity: Ratio, discount: Decimal): Ratio =>
  minRatio(maxRatio(ratioFromDecimal(discount), zeroRatio), quantity);
