import type { Decimal, IsoDuration } from "@meter/primitives";

import type { Labels } from "./label-rules.ts";
import type { Price } from "./price-model.ts";
import type { TaxConfig } from "./tax-config.ts";
import type { UnitConversion } from "./unit-conversion.ts";

/** So many per cent of every amount of the rate card are not charged: 0 to 100, fractions allowed. */
export type PercentageDiscount = Readonly<{
  percentage: Decimal;
  /** Names the discount on invoice lines through all copies of the rate card; null until somebody gave it one. */
  correlationId: string | null;
}>;

/** The first `quantity` units of a service period, counted after unit conversion, are free. */
export type UsageDiscount = Readonly<{ quantity: Decimal; correlationId: string | null }>;

export type RateCardDiscounts = Readonly<{ percentage: PercentageDiscount | null; usage: UsageDiscount | null }>;

/**
 * The least and the most that one service period costs, before tax; the most holds after discounts, what is missing to the
 * least is charged in the last part. Neither touches fixed prices. Not negative; the least is not above the most.
 */
export type Commitments = Readonly<{ minimumAmount: Decimal | null; maximumAmount: Decimal | null }>;

/** One priced item of a phase, as a plan or a subscription carries it. A legal one has no faults: `checkRateCard`. */
export type RateCard = Labels &
  Readonly<{
    /** Unique in its phase; the feature's key, when there is a feature. */
    key: string;
    featureKey: string | null;
    /** How often it is billed; null: once. */
    billingCadence: IsoDuration | null;
    /** Null: free. */
    price: Price | null;
    discounts: RateCardDiscounts;
    /** From metered units to those that are priced; null: they are the same. */
    unitConfig: UnitConversion | null;
    commitments: Commitments;
    /** Null: as the billing profile says. */
    taxConfig: TaxConfig | null;
  }>;

export const noDiscounts: RateCardDiscounts = { percentage: null, usage: null };

export const noCommitments: Commitments = { minimumAmount: null, maximumAmount: null };
