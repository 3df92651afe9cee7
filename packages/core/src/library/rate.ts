import {
  certain,
  type DefinitionReader,
  type FieldFault,
  findPriceModel,
  isUsageBased,
  noCommitments,
  noDiscounts,
  parsePrice,
  parseRateCard,
  type PriceModels,
  readDefinition,
} from "@meter/catalog";
import {
  describeExplanation,
  type ExplainedRated,
  type Explanation,
  type PricingModels,
  type RatedPart,
  type RatedRateCard,
  type RateError,
  toRatedPart,
} from "@meter/pricing";
import {
  type Currency,
  type Decimal,
  decimalFromInteger,
  findCurrency,
  formatDecimal,
  formatMoney,
  formatRatio,
  ok,
  parseDecimal,
  type Result,
  toMoney,
  zero,
} from "@meter/primitives";
import { fault, type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import type { LibraryDeps } from "./parts.ts";
import type { BuiltInModels, PriceInput, RateCardInput } from "./price-input.ts";
import { membersOf } from "./reading.ts";

/** What to rate: a price alone, or a rate card. */
export type Ratable<Models extends PricingModels = BuiltInModels> = Readonly<{
  /** All usage of the service period so far: a decimal as text, a bigint or a Decimal. Fixed prices need none. */
  quantity?: string | bigint | Decimal;
  /** ISO 4217. */
  currency: string;
  /** Parts of the same service period that were rated before, to be subtracted. Default: none. */
  earlier?: readonly RatedPart[];
  /** Whether the service period ends here. Default: yes. */
  final?: boolean;
}> &
  (
    | Readonly<{ price: PriceInput<Models>; rateCard?: never }>
    | Readonly<{ rateCard: RateCardInput<Models>; price?: never }>
  );

/** One row of the amount, as texts; see `RatedDetail`. */
export type AmountDetail = Readonly<{
  reference: string;
  label: string | null;
  quantity: string;
  perUnitAmount: string;
  amount: string;
  discounts: readonly Readonly<{ reason: string; amount: string }>[];
  total: string;
}>;

/** An amount, exact and rounded, and how it came about: plain JSON. */
export type Amount = Readonly<{
  /** Rounded once, half away from zero, with all of the currency's digits: "0.30". Less what the earlier parts came to. */
  amount: string;
  /** What all usage so far costs, exactly: a decimal, or n/d where it has none. */
  exact: string;
  currency: string;
  /** They sum to the amount. */
  details: readonly AmountDetail[];
  /** Every step as data, for `verify`. */
  explanation: Explanation;
  /** The same for people, one sentence a step. */
  sentences: readonly string[];
  /** To be given as one of `earlier` when a later part of the same service period is rated. */
  part: RatedPart;
}>;

const members = ["quantity", "currency", "price", "rateCard", "earlier", "final"] as const;

/** Takes prices of any models: what `pricing` does not have is a fault. */
export const rate =
  ({ pricing }: LibraryDeps) =>
  (input: Ratable<PricingModels>): Result<Amount, InvalidInput | RateError> => {
    const read = readRatable(input, pricing.models);
    if (!read.ok) return invalidInput(...read.error);
    const { rateCard, currency, total, earlier, final } = read.value;
    const rated = pricing.rate({ rateCard, currency, usage: { total }, earlier, final });
    return rated.ok ? ok(toAmount(rated.value)) : rated;
  };

type Read = Readonly<{
  rateCard: RatedRateCard;
  currency: Currency;
  total: Decimal;
  earlier: readonly RatedPart[];
  final: boolean;
}>;

const readRatable = (input: Ratable<PricingModels>, models: PriceModels): Result<Read, readonly FieldFault[]> => {
  const reader = readDefinition(input, members);
  const given = membersOf(input);
  const currency = readCurrency(reader);
  const rateCard = readRateCard(reader, given, models);
  const total = readQuantity(reader, given["quantity"]);
  if (given["quantity"] === undefined && rateCard !== null && needsUsage(rateCard, models)) {
    reader.note(fault("quantity", "required", "quantity is required: the price depends on usage"));
  }
  const { earlier = [], final = true } = input;
  return reader.finish(() => ({
    rateCard: certain(rateCard),
    currency: certain(currency),
    total: total ?? zero,
    earlier,
    final,
  }));
};

const readCurrency = (reader: DefinitionReader): Currency | null => {
  const code = reader.text("currency");
  const currency = code === null ? null : findCurrency(code);
  if (code !== null && currency === null) {
    reader.note(fault("currency", "unknown_currency", `${code} is no currency of ISO 4217 in use`));
  }
  return currency;
};

const readRateCard = (
  reader: DefinitionReader,
  given: Readonly<Record<string, unknown>>,
  models: PriceModels,
): RatedRateCard | null => {
  const { price, rateCard } = given;
  if ((price === undefined) === (rateCard === undefined)) {
    reader.note(fault("price", "required", "either a price or a rateCard is required"));
    return null;
  }
  if (rateCard === undefined) {
    const parsed = parsePrice(models, price);
    if (parsed.ok) return { ...plain, price: parsed.value };
    reader.noteAll("price", parsed.error);
    return null;
  }
  const parsed = parseRateCard({ key: "rate_card", name: "rate card", ...membersOf(rateCard) }, models);
  if (parsed.ok) return parsed.value;
  reader.noteAll("rateCard", parsed.error);
  return null;
};

/** A price without anything around it. */
const plain = { discounts: noDiscounts, unitConfig: null, commitments: noCommitments, taxConfig: null } as const;

/** Null: absent, or noted as a fault. */
const readQuantity = (reader: DefinitionReader, value: unknown): Decimal | null => {
  if (value === undefined) return null;
  if (typeof value === "bigint") return decimalFromInteger(value);
  if (isDecimal(value)) return value;
  const parsed = typeof value === "string" ? parseDecimal(value) : null;
  if (parsed?.ok === true) return parsed.value;
  const wrong =
    typeof value === "number" ? "not a number, which loses digits" : "of at most 38 integer and 30 fraction digits";
  reader.note(fault("quantity", "not_a_decimal", `quantity must be a decimal as text ("1200.3"), ${wrong}`));
  return null;
};

const isDecimal = (value: unknown): value is Decimal => {
  const { coefficient, scale } = membersOf(value);
  return typeof coefficient === "bigint" && typeof scale === "number" && Number.isSafeInteger(scale) && scale >= 0;
};

const needsUsage = ({ price }: RatedRateCard, models: PriceModels): boolean => {
  const model = price === null ? null : findPriceModel(models, price.type);
  return model !== null && isUsageBased(model);
};

const toAmount = (rated: ExplainedRated): Amount => {
  const { currency, explanation } = rated;
  const paper = (amount: Decimal): string => formatMoney(toMoney(amount, currency, "half_away_from_zero"));
  return {
    amount: paper(rated.amount),
    exact: formatRatio(rated.exactWhole),
    currency: currency.code,
    details: rated.details.map(({ reference, label, quantity, perUnitAmount, amount, discounts, total }) => ({
      reference,
      label,
      quantity: formatDecimal(quantity),
      perUnitAmount: formatDecimal(perUnitAmount),
      amount: paper(amount),
      discounts: discounts.map((discount) => ({ reason: discount.reason, amount: paper(discount.amount) })),
      total: paper(total),
    })),
    explanation,
    sentences: describeExplanation(explanation),
    part: toRatedPart(rated),
  };
};
