import { checkCharges, type FieldFault, prefixFault, type PriceModels, type RateCard } from "@meter/catalog";
import { type LineRating, toLineRating } from "@meter/invoicing";
import {
  describeExplanation,
  describeRateError,
  type Pricing,
  type RatedRateCard,
  type RateError,
  verify,
} from "@meter/pricing";
import { type Currency, type Decimal, findCurrency, ok, type Result } from "@meter/primitives";
import { fault, type InvalidInput, invalidInput } from "../shared/invalid-input.ts";

export type PreviewPriceInput = Readonly<{
  /** A code of ISO 4217. */
  currency: string;
  rateCard: RatedRateCard;
  /** Each of a whole service period, before unit conversion. */
  quantities: readonly Decimal[];
}>;

export type PricedQuantity = Readonly<{
  quantity: Decimal;
  rating: LineRating;
  /** The explanation, one sentence a step. */
  sentences: readonly string[];
  /** Whether every figure of the explanation was found again by arithmetic that is not the engine's. */
  verified: boolean;
}>;

export type PricePreview = Readonly<{ currency: Currency; prices: readonly PricedQuantity[] }>;

/**
 * What a rate card costs at each quantity, and why. Nothing is looked up, so that a feature may be missing. Fields of faults:
 * `currency`, `rateCard.price`, `rateCard.commitments.minimumAmount`, …
 */
export const previewPrice =
  ({ pricing, models }: Readonly<{ pricing: Pricing; models: PriceModels }>) =>
  ({ currency: code, rateCard, quantities }: PreviewPriceInput): Result<PricePreview, InvalidInput> => {
    const currency = findCurrency(code);
    const faults = checkCharges({ ...rateCard, featureKey: anyFeature }, models).map((one) =>
      prefixFault("rateCard", one),
    );
    if (currency === null)
      return invalidInput(
        fault("currency", "unknown_currency", `${code} is no currency of ISO 4217 in use`),
        ...faults,
      );
    if (faults.length > 0) return invalidInput(...faults);
    const priced = quantities.map((quantity) => priceOf(pricing, { rateCard, currency, quantity }));
    const refused = priced.flatMap((one, index) => (one.ok ? [] : [unratable(`quantities.${index}`, one.error)]));
    if (refused.length > 0) return invalidInput(...refused);
    return ok({ currency, prices: priced.flatMap((one) => (one.ok ? [one.value] : [])) });
  };

const unratable = (field: string, error: RateError): FieldFault => fault(field, error.type, describeRateError(error));

/** Stands for the feature that the rate card will have. */
const anyFeature: RateCard["featureKey"] = "feature";

const priceOf = (
  pricing: Pricing,
  { rateCard, currency, quantity }: Readonly<{ rateCard: RatedRateCard; currency: Currency; quantity: Decimal }>,
): Result<PricedQuantity, RateError> => {
  const rated = pricing.rate({ rateCard, currency, usage: { total: quantity }, earlier: [], final: true });
  if (!rated.ok) return rated;
  const rating = toLineRating(rated.value);
  const { explanation } = rating;
  return ok({ quantity, rating, sentences: describeExplanation(explanation), verified: verify(explanation).ok });
};
