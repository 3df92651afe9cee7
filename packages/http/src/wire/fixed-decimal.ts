import { type Decimal, round } from "@meter/primitives";

/** Exactly `digits` digits behind the point, and no point without any; rounded half away from zero from the exact value. */
export const toFixed = (value: Decimal, digits: number): string => {
  const { coefficient } = round(value, digits, "half_away_from_zero");
  const text = (coefficient < 0n ? -coefficient : coefficient).toString().padStart(digits + 1, "0");
  const sign = coefficient < 0n ? "-" : "";
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
};
