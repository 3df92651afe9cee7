import type { Price, PriceModel } from "@meter/catalog";
import { multiplyRatios, oneRatio, ratioFromDecimal } from "@meter/primitives";
import type { Decimal, Ratio } from "@meter/primitives";

/** The usage since the service period began, after unit conversion and usage discount. Never below zero. */
export type BillableUsage = Readonly<{ total: Ratio }>;

/** One summand of a price, exact: `quantity` × `unitAmount` = `amount`. Made by `createStep`. */
export type ModelStep = Readonly<{
  /** The same for the same summand at every usage of a price, and unique in one rating: parts are subtracted by it. */
  key: string;
  /** What the detail is called by on an invoice line; not unique over all usages (volume has one for all tiers). */
  reference: string;
  /** For people, behind the name of the line: "usage in period". Null: the name alone. */
  label: string | null;
  quantity: Ratio;
  unitAmount: Decimal;
  amount: Ratio;
  /** On paper: the quantity at its unit amount, or 1 at the rounded amount. */
  shown: "quantity" | "amount";
}>;

/**
 * Why a step has its quantity, where Q is the billable quantity: a small closed language, so that a reader and `verify` can
 * follow it. Bounds are decimal texts; null is no bound; `above` excludes its bound, `upTo` includes it.
 */
export type StepReason =
  /** 1. */
  | Readonly<{ rule: "fixed" }>
  /** Q. */
  | Readonly<{ rule: "each_unit" }>
  /** The part of Q between the bounds. */
  | Readonly<{ rule: "units_between"; above: string; upTo: string | null }>
  /** 1, because Q > above. */
  | Readonly<{ rule: "once_above"; above: string }>
  /** Q, all of it, because above < Q <= upTo. */
  | Readonly<{ rule: "all_units_when"; above: string | null; upTo: string | null }>
  /** 1, because above < Q <= upTo. */
  | Readonly<{ rule: "once_when"; above: string | null; upTo: string | null }>
  /** The begun blocks of `size` in what Q has above `above`. */
  | Readonly<{ rule: "begun_blocks"; above: string; size: string }>
  /** A rule of the model's own, in words; of such a step only quantity × unit amount can be recomputed. */
  | Readonly<{ rule: "stated"; text: string }>;

/**
 * A price model as the engine sees it: the catalog's, and how to rate. Both functions are pure, and exact: nothing is rounded
 * but what the model itself counts in whole pieces. Steps come in a fixed order; a summand without a quantity is left out,
 * except to show a zero. (Methods, so that a model of one price type is a model.)
 */
export type PricingModel<P extends Price = Price> = PriceModel<P> &
  Readonly<{
    /** What the whole usage costs, as summands. */
    rate(price: P, usage: BillableUsage): readonly ModelStep[];
    /** Why: one reason for each step of `rate`, in the same order. */
    explain(price: P, usage: BillableUsage): readonly StepReason[];
  }>;

/** Models by their `type`. */
export type PricingModels = Readonly<Record<string, PricingModel>>;

/** A step with its amount. Without a key, the reference is the key; shown by quantity unless said otherwise. */
export const createStep = (
  step: Readonly<{
    reference: string;
    key?: string;
    label?: string;
    quantity: Ratio;
    unitAmount: Decimal;
    shown?: "quantity" | "amount";
  }>,
): ModelStep => {
  const { reference, quantity, unitAmount } = step;
  const unit = ratioFromDecimal(unitAmount);
  return {
    key: step.key ?? reference,
    reference,
    label: step.label ?? null,
    quantity,
    unitAmount,
    amount: quantity === oneRatio ? unit : multiplyRatios(quantity, unit),
    shown: step.shown ?? "quantity",
  };
};
