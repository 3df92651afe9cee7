import { isZero } from "./decimal.ts";
import type { Decimal } from "./decimal.ts";
import { err, ok } from "./result.ts";
import type { Result } from "./result.ts";

export type AllocationError =
  | Readonly<{ type: "negative_weight"; index: number }>
  /** Something to share and nobody to take it: no weights, or all of them zero. */
  | Readonly<{ type: "no_weight" }>;

/**
 * Shares a whole number of units by weight, so that the shares add up to it exactly. Each gets its exact share cut
 * towards zero; the units left over go one each to the largest remainders, of equal ones to the earlier. A negative
 * total is shared like the positive one. A weight of zero gets nothing.
 */
export const allocate = (total: bigint, weights: readonly Decimal[]): Result<readonly bigint[], AllocationError> => {
  const negative = weights.findIndex(({ coefficient }) => coefficient < 0n);
  if (negative >= 0) return err({ type: "negative_weight", index: negative });
  if (total === 0n) return ok(weights.map(() => 0n));
  if (weights.every(isZero)) return err({ type: "no_weight" });

  const scale = weights.reduce((largest, weight) => Math.max(largest, weight.scale), 0);
  const parts = weights.map((weight) => weight.coefficient * 10n ** BigInt(scale - weight.scale));
  const whole = parts.reduce((sum, part) => sum + part, 0n);
  const magnitude = total < 0n ? -total : total;
  const floors = parts.map((part) => (magnitude * part) / whole);
  const remainders = parts.map((part) => (magnitude * part) % whole);
  const left = Number(magnitude - floors.reduce((sum, floor) => sum + floor, 0n));
  const favoured = new Set(
    remainders
      .map((remainder, index) => ({ remainder, index }))
      .toSorted((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
      .slice(0, left)
      .map(({ index }) => index),
  );
  const shares = floors.map((floor, index) => floor + (favoured.has(index) ? 1n : 0n));
  return ok(total < 0n ? shares.map((share) => -share) : shares);
};
