import { compare, err, formatDecimal, ok } from "@meter/primitives";
import type { Decimal, Result } from "@meter/primitives";

import { certain, fault, readDefinition } from "../definition.ts";
import type { DefinitionReader } from "../definition.ts";
import type { FieldFault } from "../field-fault.ts";

/**
 * Units above the previous tier's `upTo` (exclusive) up to this `upTo` (inclusive); null has no upper end. At least one of
 * the amounts is there, none is negative.
 */
export type Tier = Readonly<{
  upTo: Decimal | null;
  /** Per unit. */
  unitAmount: Decimal | null;
  /** Once. */
  flatAmount: Decimal | null;
}>;

/**
 * Tiers in ascending order, exactly one of them, the last, without an upper end. Upper ends are above zero and differ.
 */
export type Tiers = readonly Tier[];

/** In any order; what is missing is null. */
export type TierDefinition = Readonly<{ upTo?: string | null; unitAmount?: string | null; flatAmount?: string | null }>;

export const tiersMax = 1_000;

/** Tiers in any order become ascending. Faults name the tier as it was given: `tiers.0.upTo`. */
export const readTiers = (reader: DefinitionReader): Tiers | null => {
  const list = reader.list("tiers");
  if (list === null) return null;
  if (list.length === 0) reader.note(fault("tiers", "no_tiers", "there must be at least one tier"));
  if (list.length > tiersMax) {
    reader.note(fault("tiers", "too_many", `there must not be more than ${tiersMax} tiers`));
    return null;
  }
  const tiers = list.flatMap((definition, index) => {
    const parsed = parseTier(definition);
    if (parsed.ok) return [{ tier: parsed.value, index }];
    reader.noteAll(`tiers.${index}`, parsed.error);
    return [];
  });
  if (tiers.length < list.length || tiers.length === 0) return null;
  tiers.sort((a, b) => compareUpTo(a.tier, b.tier));
  for (const [position, { tier, index }] of tiers.entries()) {
    const previous = tiers[position - 1];
    if (previous === undefined || compareUpTo(previous.tier, tier) !== 0) continue;
    const field = `tiers.${index}.upTo`;
    reader.note(
      tier.upTo === null
        ? fault(field, "several_open_tiers", "only one tier may be without an upper end")
        : fault(field, "duplicate_tier", `another tier ends at ${formatDecimal(tier.upTo)}, too`),
    );
  }
  if (tiers.every(({ tier }) => tier.upTo !== null)) {
    reader.note(fault("tiers", "no_open_tier", "one tier must be without an upper end"));
  }
  return tiers.map(({ tier }) => tier);
};

const parseTier = (definition: unknown): Result<Tier, readonly FieldFault[]> => {
  const reader = readDefinition(definition, ["upTo", "unitAmount", "flatAmount"]);
  const upTo = reader.optionalDecimal("upTo", "positive");
  const unitAmount = reader.optionalDecimal("unitAmount", "not_negative");
  const flatAmount = reader.optionalDecimal("flatAmount", "not_negative");
  const parsed = reader.finish(() => ({ upTo, unitAmount, flatAmount }));
  if (!parsed.ok || unitAmount !== null || flatAmount !== null) return parsed;
  return err([fault("", "tier_without_amount", "a tier must have an amount per unit, a flat amount or both")]);
};

const compareUpTo = (a: Tier, b: Tier): number => {
  if (a.upTo === null || b.upTo === null) return Number(a.upTo === null) - Number(b.upTo === null);
  return compare(a.upTo, b.upTo);
};

/** What graduated and volume prices have in common: the type and the tiers. */
export const parseTiered = <T extends "graduated" | "volume">(
  type: T,
  definition: unknown,
): Result<Readonly<{ type: T; tiers: Tiers }>, readonly FieldFault[]> => {
  const reader = readDefinition(definition, ["type", "tiers"]);
  reader.choice("type", [type]);
  const tiers = readTiers(reader);
  const parsed = reader.finish(() => certain(tiers));
  return parsed.ok ? ok({ type, tiers: parsed.value }) : parsed;
};
