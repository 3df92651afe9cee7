import type { PaymentTerm, TaxConfig } from "@meter/catalog";
import type { Currency, Decimal, Ratio } from "@meter/primitives";

import type { Quantities } from "./billable-quantity.ts";
import type { PartStep } from "./rated-part.ts";
import type { StepCategory } from "./whole.ts";

/** A quantity of the service period: what earlier parts had, and what this part adds. */
export type Counted = Readonly<{ before: Decimal; part: Decimal }>;

export type DiscountReason = "ratecard_percentage" | "maximum_spend";

/** What a detail is charged less than its amount; a multiple of the minor unit, negative only when an earlier one is undone. */
export type RatedDiscount = Readonly<{ reason: DiscountReason; amount: Decimal }>;

/**
 * One row of a line. Amount, discounts and total are multiples of the currency's minor unit, and amount − Σ discounts =
 * total. They share the line's rounding, so an amount may differ from quantity × perUnitAmount by one minor unit.
 */
export type RatedDetail = Readonly<{
  /** Unique within the line. */
  reference: string;
  /** For people, behind the line's name; null: the name alone. */
  label: string | null;
  category: StepCategory;
  paymentTerm: PaymentTerm;
  /** For display: exact with up to 30 fraction digits, else rounded to 16. Negative when usage went down. */
  quantity: Decimal;
  /** Never negative. */
  perUnitAmount: Decimal;
  amount: Decimal;
  discounts: readonly RatedDiscount[];
  total: Decimal;
}>;

/** A part of a service period, or all of it, rated. */
export type Rated = Readonly<{
  currency: Currency;
  /** R(E) less what the earlier live parts came to, with the currency's digits; negative when that was more. */
  amount: Decimal;
  /** E: what all usage so far costs, exactly, with the minimum spend in the final part. */
  exactWhole: Ratio;
  details: readonly RatedDetail[];
  quantities: Quantities<Counted>;
  /** What this part added to each summand, exactly; also those too small to be a detail. */
  steps: readonly PartStep[];
  /** The same as `quantities.part`, exactly. */
  exactQuantities: Quantities<Ratio>;
  /** As on the rate card; it changed nothing. */
  taxConfig: TaxConfig | null;
}>;
