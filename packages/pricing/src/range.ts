import { add, hasIntegerDigits, quantityLimits } from "@meter/primitives";
import type { Decimal, Ratio } from "@meter/primitives";

import type { Rated } from "./rated.ts";

/**
 * Whether every figure that is kept or printed has the integer digits that amounts and quantities can have. (Fraction digits
 * are no matter: amounts are rounded, and what is exact may be a fraction.) So each of a line's figures can be read again by
 * whoever reads decimals of this size, and is what it was.
 */
export const isInRange = ({ amount, exactWhole, details, quantities, steps }: Omit<Rated, "taxConfig">): boolean =>
  holds(amount) &&
  holdsRatio(exactWhole) &&
  steps.every(({ gross }) => holdsRatio(gross)) &&
  details.every(
    (detail) =>
      holds(detail.amount) &&
      holds(detail.total) &&
      holds(detail.quantity) &&
      detail.discounts.every((one) => holds(one.amount)),
  ) &&
  Object.values(quantities).every(({ before, part }) => holds(before) && holds(part) && holds(add(before, part)));

const digitsMax = quantityLimits.integerDigitsMax;

const holds = (figure: Decimal): boolean => hasIntegerDigits(figure, digitsMax);

const bound = 10n ** BigInt(digitsMax);

const holdsRatio = ({ numerator, denominator }: Ratio): boolean =>
  (numerator < 0n ? -numerator : numerator) < bound * denominator;
