import {
  builtInModels,
  builtInPriceModels,
  createPricing,
  type Currency,
  type Decimal,
  describeExplanation,
  describeRateError,
  type FieldFault,
  formatDecimal,
  formatMoney,
  type LineRating,
  oneRatio,
  parseRateCard,
  type Pricing,
  type RateCard,
  type RatedPart,
  rateLine,
  type Result,
  toMoney,
  verify,
} from "@meter/core";
import { perGpuHour } from "./per-gpu-hour.ts";

/** Ours stands beside the built-in models, and comes through the same door. */
export const pricing: Pricing = createPricing({ models: { ...builtInModels, perGpuHour } });

/** Into the catalog: a rate card as JSON, checked by the rules of every rate card and by those of its model. */
export const readGpuRateCard = (definition: unknown): Result<RateCard, readonly FieldFault[]> =>
  parseRateCard(definition, { ...builtInPriceModels, perGpuHour });

/** A line of an invoice: what `hours` since the period began cost, less what its earlier parts came to. */
export const toGpuLine = (
  rateCard: RateCard,
  {
    hours,
    currency,
    earlier = [],
    isFinal = true,
  }: Readonly<{ hours: Decimal; currency: Currency; earlier?: readonly RatedPart[]; isFinal?: boolean }>,
): LineRating => {
  const rated = rateLine(pricing, { rateCard, currency, proration: oneRatio, quantity: hours, earlier, isFinal });
  if (!rated.ok) throw new Error(describeRateError(rated.error));
  return rated.value;
};

/** The line on paper, its details below it, and why; throws when the explanation does not hold. */
export const printLine = ({ name }: RateCard, { details, totals, explanation }: LineRating): string => {
  const verified = verify(explanation);
  if (!verified.ok) throw new Error(`the explanation does not hold: ${JSON.stringify(verified.error)}`);
  const { currency } = explanation.given;
  const money = (amount: Decimal): string => formatMoney(toMoney(amount, currency, "half_away_from_zero"));
  return [
    row(name, `${money(totals.total)} ${currency.code}`),
    ...details.map(({ label, quantity, perUnitAmount, total }) =>
      row(`  ${label ?? name}: ${formatDecimal(quantity)} × ${formatDecimal(perUnitAmount)}`, money(total)),
    ),
    ...describeExplanation(explanation).map((sentence) => `    ${sentence}`),
  ].join("\n");
};

const row = (left: string, right: string): string => `${left.padEnd(48)}${right.padStart(12)}`;
