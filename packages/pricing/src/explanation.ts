import type { Json } from "@meter/catalog";
import type { Currency } from "@meter/primitives";

import type { StepReason } from "./model.ts";
import type { RatedPart } from "./rated-part.ts";

/**
 * How an amount came about: what was given, and every step from there, as plain JSON. All numbers are exact texts, decimals
 * or n/d. `verify` recomputes every step from what was given.
 */
export type Explanation = Readonly<{
  given: Given;
  steps: readonly ExplanationStep[];
  /** What the part comes to. */
  amount: string;
}>;

/** All that decides an amount. */
export type Given = Readonly<{
  currency: Currency;
  /** The definition of the price; null is free of charge. */
  price: Readonly<{ [name: string]: Json }> | null;
  /** Whether the model's amount depends on usage; a fixed one knows no adjustment but the percentage. */
  usageBased: boolean;
  unitConversion: Readonly<{
    operation: "multiply" | "divide";
    conversionFactor: string;
    rounding: "none" | "ceiling" | "floor" | "half_up";
    precision: number;
  }> | null;
  /** The share of a fixed amount that is charged, n/d; null: all of it. */
  proration: string | null;
  usageDiscount: string | null;
  percentageDiscount: string | null;
  minimumAmount: string | null;
  maximumAmount: string | null;
  /** The quantity metered since the service period began. */
  metered: string;
  final: boolean;
  /** The live parts before this one. */
  earlier: readonly RatedPart[];
}>;

/** In the order in which they were done; those that do not apply are left out. */
export type ExplanationStep =
  | Readonly<{ type: "unit_conversion"; from: string; exact: string; to: string }>
  | Readonly<{ type: "not_below_zero"; from: string; to: "0" }>
  | Readonly<{ type: "usage_discount"; from: string; free: string; to: string }>
  /** A fixed amount in arrears, before the end of its period. */
  | Readonly<{ type: "not_due" }>
  | Readonly<{ type: "model"; quantity: string; summands: readonly ExplainedSummand[]; to: string }>
  | Readonly<{ type: "proration"; from: string; summands: readonly ChangedSummand[]; to: string }>
  | Readonly<{ type: "percentage_discount"; from: string; summands: readonly ChangedSummand[]; to: string }>
  | Readonly<{ type: "maximum_spend"; from: string; summands: readonly ChangedSummand[]; to: string }>
  | Readonly<{ type: "minimum_spend"; from: string; added: string; to: string }>
  /** The sum of the earlier parts: exactly, and as rated. */
  | Readonly<{ type: "earlier_parts"; exact: string; rated: string }>
  /**
   * R(whole) less what the earlier parts were rated at. The details run through the difference between whole and earlier
   * parts, beginning at the exact sum of these; the last carries the remainder, which only a deleted part leaves.
   */
  | Readonly<{
      type: "rounding";
      whole: string;
      rounded: string;
      amount: string;
      details: readonly RoundedDetail[];
      remainder: string;
    }>;

export type ExplainedSummand = Readonly<{
  key: string;
  reference: string;
  reason: StepReason;
  quantity: string;
  unitAmount: string;
  amount: string;
}>;

export type ChangedSummand = Readonly<{ key: string; from: string; to: string }>;

/** Before and after are exact sums; the detail is the difference of the two rounded, and the remainder for the last. */
export type RoundedDetail = Readonly<{ key: string; reference: string; before: string; after: string; total: string }>;
