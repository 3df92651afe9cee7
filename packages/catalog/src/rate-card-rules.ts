import {
  compare,
  dec,
  err,
  formatDecimal,
  formatDuration,
  isPositiveDuration,
  ok,
  parseDuration,
  shortestSeconds,
} from "@meter/primitives";
import type { Decimal, IsoDuration, Result } from "@meter/primitives";

import { critical, warning } from "./catalog-fault.ts";
import type { CatalogFault } from "./catalog-fault.ts";
import { checkBillable } from "./billable-amount.ts";
import { fault, isRecord, prefixFault, readDefinition } from "./definition.ts";
import type { DefinitionReader } from "./definition.ts";
import type { FieldFault } from "./field-fault.ts";
import { findLabelFaults } from "./label-rules.ts";
import { acceptsUnitConversion, findPriceModel, isUsageBased, parsePrice, printPrice } from "./price-model.ts";
import type { Json, PriceModels } from "./price-model.ts";
import { noCommitments, noDiscounts } from "./rate-card.ts";
import type { Commitments, RateCard, RateCardDiscounts } from "./rate-card.ts";
import { findKeyFault } from "./resource-key.ts";
import { parseTaxConfig } from "./tax-config.ts";
import { checkUnitConversion, parseUnitConversion } from "./unit-conversion.ts";

/** The shortest billing cadence, in seconds, counting a day as 24 hours. */
export const billingCadenceSecondsMin = 3_600;

const hundred: Decimal = dec("100");

/**
 * Everything that is wrong with a rate card by itself. Critical faults refuse it; with warnings a draft is kept and may not
 * be published. Whether the feature and its meter exist is the caller's to check. Fields are members of the rate card:
 * `discounts.usage`, `commitments.minimumAmount`, …
 */
export const checkRateCard = (rateCard: RateCard, models: PriceModels): readonly CatalogFault[] => [
  ...checkIdentity(rateCard),
  ...checkBillingCadence(rateCard.billingCadence),
  ...checkCharges(rateCard, models),
];

/** What of a rate card decides amounts, and the feature whose usage it prices. */
export type Charges = Pick<RateCard, "price" | "featureKey" | "discounts" | "unitConfig" | "commitments">;

/** The part of `checkRateCard` that is about amounts: for a rate card that is rated without being in a plan. */
export const checkCharges = (charges: Charges, models: PriceModels): readonly CatalogFault[] => [
  ...checkPrice(charges, models),
  ...checkDiscounts(charges, models),
  ...checkUnitConfig(charges, models),
  ...checkCommitments(charges, models),
  ...checkBillable(charges),
];

const checkIdentity = (rateCard: RateCard): readonly CatalogFault[] => {
  const { key, featureKey } = rateCard;
  const keyFault = findKeyFault(key, { field: "key", label: "rate card key" });
  const faults = [
    ...(keyFault === null ? [] : [keyFault]),
    ...findLabelFaults(rateCard, { noun: "rate card", prefix: "" }),
  ];
  if (featureKey !== null && featureKey !== key) {
    const message = "the key of a rate card with a feature must be the feature's key";
    faults.push(fault("key", "rate_card_key_feature_key_mismatch", message));
  }
  return faults.map(critical);
};

const checkBillingCadence = (cadence: IsoDuration | null): readonly CatalogFault[] => {
  if (cadence === null) return [];
  if (isPositiveDuration(cadence) && shortestSeconds(cadence) >= billingCadenceSecondsMin) return [];
  const message = "billing cadence must be positive and at least one hour";
  return [warning(fault("billingCadence", "billing_cadence_invalid_value", message))];
};

const checkPrice = ({ price, featureKey }: Charges, models: PriceModels): readonly CatalogFault[] => {
  if (price === null) return [];
  const model = findPriceModel(models, price.type);
  if (model === null) {
    return [critical(fault("price.type", "unknown_price_type", `there is no price model ${price.type}`))];
  }
  const parsed = model.parse(printPrice(price));
  const faults = parsed.ok ? [] : parsed.error.map((one) => critical(prefixFault("price", one)));
  if (!isUsageBased(model) || featureKey !== null) return faults;
  const message = "a usage based price needs a feature";
  return [...faults, warning(fault("featureKey", "usage_based_price_with_no_feature", message))];
};

const checkDiscounts = ({ discounts, price }: Charges, models: PriceModels): readonly CatalogFault[] => {
  const { percentage, usage } = discounts;
  const faults: CatalogFault[] = [];
  if (percentage !== null) {
    const { percentage: value } = percentage;
    if (value.coefficient < 0n || compare(value, hundred) > 0) {
      const message = "a percentage discount must be from 0 to 100";
      faults.push(critical(fault("discounts.percentage", "percentage_discount_invalid_value", message)));
    }
  }
  if (usage !== null && usage.quantity.coefficient < 0n) {
    const message = "the quantity of a usage discount must not be negative";
    faults.push(warning(fault("discounts.usage", "usage_discount_negative_quantity", message)));
  }
  if (price === null) {
    for (const name of ["percentage", "usage"] as const) {
      if (discounts[name] === null) continue;
      faults.push(critical(fault(`discounts.${name}`, "discount_without_price", "a discount needs a price")));
    }
    return faults;
  }
  const model = findPriceModel(models, price.type);
  if (usage !== null && model !== null && !isUsageBased(model)) {
    const message = "a usage discount is not allowed on a flat price";
    faults.push(warning(fault("discounts.usage", "usage_discount_with_flat_price", message)));
  }
  return faults;
};

const checkUnitConfig = ({ unitConfig, price }: Charges, models: PriceModels): readonly CatalogFault[] => {
  if (unitConfig === null) return [];
  const faults = checkUnitConversion(unitConfig).map((one) => critical(prefixFault("unitConfig", one)));
  const model = price === null ? null : findPriceModel(models, price.type);
  if (model !== null && acceptsUnitConversion(model)) return faults;
  const message = "a unit conversion needs a price per unit or by tiers";
  return [...faults, warning(fault("unitConfig", "unit_config_requires_usage_based_price", message))];
};

const checkCommitments = ({ commitments, price }: Charges, models: PriceModels): readonly CatalogFault[] => {
  const { minimumAmount, maximumAmount } = commitments;
  const faults: FieldFault[] = [];
  const given = (["minimumAmount", "maximumAmount"] as const).filter((name) => commitments[name] !== null);
  for (const name of given) {
    if ((commitments[name]?.coefficient ?? 0n) >= 0n) continue;
    faults.push(fault(`commitments.${name}`, "negative", `${name} must not be negative`));
  }
  if (minimumAmount !== null && maximumAmount !== null && compare(minimumAmount, maximumAmount) > 0) {
    const message = "minimumAmount must not be above maximumAmount";
    faults.push(fault("commitments.minimumAmount", "minimum_above_maximum", message));
  }
  const model = price === null ? null : findPriceModel(models, price.type);
  if (price === null || (model !== null && !isUsageBased(model))) {
    for (const name of given) {
      const message = "commitments need a usage based price";
      faults.push(fault(`commitments.${name}`, "commitment_requires_usage_based_price", message));
    }
  }
  return faults.map(critical);
};

const members = [
  "key",
  "name",
  "description",
  "metadata",
  "featureKey",
  "billingCadence",
  "price",
  "discounts",
  "unitConfig",
  "commitments",
  "taxConfig",
] as const;

/**
 * A rate card from JSON: decimals and durations as texts, missing members as null. Refused with all faults that make it no
 * rate card, and with all critical faults of `checkRateCard`; what only warns passes.
 */
export const parseRateCard = (definition: unknown, models: PriceModels): Result<RateCard, readonly FieldFault[]> => {
  const reader = readDefinition(definition, members);
  const nested = <T>(name: string, parse: (value: unknown) => Result<T, readonly FieldFault[]>): T | null => {
    const value = isRecord(definition) ? (definition[name] ?? null) : null;
    if (value === null) return null;
    const parsed = parse(value);
    if (parsed.ok) return parsed.value;
    reader.noteAll(name, parsed.error);
    return null;
  };
  const read = {
    key: reader.text("key") ?? "",
    name: reader.text("name") ?? "",
    description: reader.optionalText("description"),
    metadata: nested("metadata", parseMetadata),
    featureKey: reader.optionalText("featureKey"),
    billingCadence: readDuration(reader, "billingCadence"),
    price: nested("price", (value) => parsePrice(models, value)),
    discounts: nested("discounts", parseDiscounts) ?? noDiscounts,
    unitConfig: nested("unitConfig", parseUnitConversion),
    commitments: nested("commitments", parseCommitments) ?? noCommitments,
    taxConfig: nested("taxConfig", parseTaxConfig),
  };
  const rateCard = reader.finish(() => read);
  if (!rateCard.ok) return rateCard;
  const refused = checkRateCard(rateCard.value, models).filter(({ severity }) => severity === "critical");
  return refused.length === 0 ? rateCard : err(refused.map(({ field, code, message }) => ({ field, code, message })));
};

const readDuration = (reader: DefinitionReader, name: string): IsoDuration | null => {
  const text = reader.optionalText(name);
  if (text === null) return null;
  const parsed = parseDuration(text);
  if (parsed.ok) return parsed.value;
  reader.note(fault(name, parsed.error.type, `${name} must be an ISO 8601 duration of whole parts`));
  return null;
};

const parseMetadata = (value: unknown): Result<Readonly<Record<string, string>>, readonly FieldFault[]> => {
  if (!isRecord(value)) return err([fault("", "not_an_object", "must be an object")]);
  const entries = Object.entries(value);
  const texts = entries.flatMap(([key, text]) => (typeof text === "string" ? [[key, text] as const] : []));
  if (texts.length === entries.length) return ok(Object.fromEntries(texts));
  const strange = entries.filter(([, text]) => typeof text !== "string");
  return err(strange.map(([key]) => fault(key, "not_a_text", "metadata values must be texts")));
};

/** Fields: percentage, percentage.percentage, usage.quantity, …; the rules on values are those of `checkRateCard`. */
export const parseDiscounts = (definition: unknown): Result<RateCardDiscounts, readonly FieldFault[]> => {
  const reader = readDefinition(definition, ["percentage", "usage"]);
  const discountOf = (
    name: string,
    member: string,
  ): Readonly<{ value: Decimal; correlationId: string | null }> | null => {
    const value = isRecord(definition) ? (definition[name] ?? null) : null;
    if (value === null) return null;
    const inner = readDefinition(value, [member, "correlationId"]);
    const amount = inner.decimal(member, "any");
    const correlationId = inner.optionalText("correlationId");
    const parsed = inner.finish(() => amount);
    if (!parsed.ok) reader.noteAll(name, parsed.error);
    return amount === null ? null : { value: amount, correlationId };
  };
  const percentage = discountOf("percentage", "percentage");
  const usage = discountOf("usage", "quantity");
  return reader.finish(() => ({
    percentage: percentage === null ? null : { percentage: percentage.value, correlationId: percentage.correlationId },
    usage: usage === null ? null : { quantity: usage.value, correlationId: usage.correlationId },
  }));
};

/** Fields: minimumAmount, maximumAmount. */
export const parseCommitments = (definition: unknown): Result<Commitments, readonly FieldFault[]> => {
  const reader = readDefinition(definition, ["minimumAmount", "maximumAmount"]);
  const minimumAmount = reader.optionalDecimal("minimumAmount", "not_negative");
  const maximumAmount = reader.optionalDecimal("maximumAmount", "not_negative");
  return reader.finish(() => ({ minimumAmount, maximumAmount }));
};

/** The rate card as JSON; `parseRateCard` reads it back. */
export const printRateCard = (rateCard: RateCard): Readonly<{ [name: string]: Json }> => {
  const { discounts, unitConfig, commitments, taxConfig, billingCadence, price } = rateCard;
  return {
    key: rateCard.key,
    name: rateCard.name,
    description: rateCard.description,
    metadata: rateCard.metadata,
    featureKey: rateCard.featureKey,
    billingCadence: billingCadence === null ? null : formatDuration(billingCadence),
    price: price === null ? null : printPrice(price),
    discounts: {
      percentage:
        discounts.percentage === null
          ? null
          : {
              percentage: formatDecimal(discounts.percentage.percentage),
              correlationId: discounts.percentage.correlationId,
            },
      usage:
        discounts.usage === null
          ? null
          : { quantity: formatDecimal(discounts.usage.quantity), correlationId: discounts.usage.correlationId },
    },
    unitConfig:
      unitConfig === null ? null : { ...unitConfig, conversionFactor: formatDecimal(unitConfig.conversionFactor) },
    commitments: {
      minimumAmount: formatOptional(commitments.minimumAmount),
      maximumAmount: formatOptional(commitments.maximumAmount),
    },
    taxConfig,
  };
};

const formatOptional = (value: Decimal | null): string | null => (value === null ? null : formatDecimal(value));
