import { type Decimal, round } from "@meter/primitives";

/** Exactly `digits` digits behind the point, rounded half away from zero from the exact value. */
export const toFixed = (value: Decimal, digits: number): string => {
  const { coefficient } = round(value, digits, "half_away_from_zero");
  const text = (coefficient < 0n ? -coefficient : coefficient).toString().padStart(digits + 1, "0");
  return `${coefficient < 0n ? "-" : ""}${text.slice(0, text.length - digits)}.${text.slice(text.length - digits)}`;
};
