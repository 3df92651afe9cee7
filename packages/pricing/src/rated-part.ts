import { formatDecimal, formatRatio, parseDecimal, parseRatio } from "@meter/primitives";
import type { Decimal, Ratio } from "@meter/primitives";

import type { Quantities } from "./billable-quantity.ts";
import type { Rated } from "./rated.ts";
import type { StepCategory } from "./whole.ts";

/**
 * A part of a service period as it was rated, before manual edits, credits and tax: plain JSON, to be kept with its invoice
 * line for as long as later parts are subtracted from the same whole. Numbers are exact texts: decimals, or n/d.
 */
export type RatedPart = Readonly<{
  /** What the line came to: a multiple of the currency's minor unit. */
  amount: string;
  quantities: Quantities<string>;
  steps: readonly RatedPartStep[];
}>;

/** What the part added to each summand of the whole. */
export type RatedPartStep = Readonly<{
  key: string;
  reference: string;
  label: string | null;
  category: StepCategory;
  shown: "quantity" | "amount";
  quantity: string;
  unitAmount: string;
  gross: string;
  discounted: string;
  net: string;
}>;

/** A step of a part, with numbers instead of texts. */
export type PartStep = Readonly<{
  key: string;
  reference: string;
  label: string | null;
  category: StepCategory;
  shown: "quantity" | "amount";
  quantity: Ratio;
  unitAmount: Decimal;
  gross: Ratio;
  discounted: Ratio;
  net: Ratio;
}>;

export const printPartStep = (step: PartStep): RatedPartStep => ({
  key: step.key,
  reference: step.reference,
  label: step.label,
  category: step.category,
  shown: step.shown,
  quantity: formatRatio(step.quantity),
  unitAmount: formatDecimal(step.unitAmount),
  gross: formatRatio(step.gross),
  discounted: formatRatio(step.discounted),
  net: formatRatio(step.net),
});

/** Throws on a text that no `RatedPart` of ours holds: a stored part is trusted, a broken one is a bug. */
export const readPartStep = (step: RatedPartStep): PartStep => ({
  key: step.key,
  reference: step.reference,
  label: step.label,
  category: step.category,
  shown: step.shown,
  quantity: readRatio(step.quantity),
  unitAmount: readDecimal(step.unitAmount),
  gross: readRatio(step.gross),
  discounted: readRatio(step.discounted),
  net: readRatio(step.net),
});

export const readRatio = (text: string): Ratio => {
  const parsed = parseRatio(text);
  if (!parsed.ok) throw new TypeError(`not an exact number of a rated part: ${text.slice(0, 100)}`);
  return parsed.value;
};

export const readDecimal = (text: string): Decimal => {
  const parsed = parseDecimal(text);
  if (!parsed.ok) throw new TypeError(`not a decimal of a rated part: ${text.slice(0, 100)}`);
  return parsed.value;
};

/** How a rated part is kept for the later ones. */
export const toRatedPart = ({ amount, exactQuantities, steps }: Rated): RatedPart => ({
  amount: formatDecimal(amount),
  quantities: mapQuantities(exactQuantities, formatRatio),
  steps: steps.map(printPartStep),
});

const mapQuantities = <A, B>(quantities: Quantities<A>, change: (quantity: A) => B): Quantities<B> => ({
  metered: change(quantities.metered),
  converted: change(quantities.converted),
  free: change(quantities.free),
  billable: change(quantities.billable),
});
