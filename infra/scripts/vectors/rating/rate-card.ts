import {
  builtInPriceModels,
  noCommitments,
  parseCommitments,
  parseDiscounts,
  parsePrice,
  parseUnitConversion,
  type Commitments,
  type RateCardDiscounts,
  type UnitConversion,
} from "@meter/catalog";
import { findCurrency, type Currency } from "@meter/primitives";
import type { RatedRateCard } from "@meter/pricing";
import { Malformed, objectAt, objectsAt, textAt, wordAt } from "../calendar/read.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { parsed } from "./judge.ts";

/** The rate card of a vector: price, commitments (in the price or apart), discounts, unit conversion. */
export const rateCardOf = (content: JsonObject): RatedRateCard => {
  const price = objectAt(content, "price");
  return {
    price: parsed(parsePrice(builtInPriceModels, toDefinition(price))),
    commitments: commitmentsOf(content, price),
    discounts: discountsOf(content),
    unitConfig: unitConfigOf(content),
    taxConfig: null,
  };
};

/** A missing currency is USD; one that is nobody's has the digits that the vector gives. */
export const currencyOf = (content: JsonObject): Currency => {
  const code = content["currency"] === undefined ? "USD" : textAt(content, "currency");
  const precision = content["currencyPrecision"];
  const currency = findCurrency(code) ?? (typeof precision === "number" ? { code, minorUnits: precision } : null);
  if (currency === null) throw new Malformed({ at: "currency", expected: "a known currency", found: code });
  return currency;
};

/** Tiers of the wire as a definition of ours. A list without an open end gets one, at the price of the last. */
export const toTiers = (tiers: readonly JsonObject[]): readonly JsonObject[] => {
  const ours = tiers.map((tier) => ({
    upTo: tier["upToAmount"] ?? null,
    unitAmount: amountOf(tier["unitPrice"]),
    flatAmount: amountOf(tier["flatPrice"]),
  }));
  const last = ours.at(-1);
  if (last === undefined || ours.some(({ upTo }) => upTo === null)) return ours;
  return [...ours, { ...last, upTo: null, flatAmount: last.unitAmount === null ? last.flatAmount : null }];
};

const toDefinition = (price: JsonObject): JsonObject => {
  const { minimumAmount: _minimum, maximumAmount: _maximum, ...rest } = price;
  if (price["type"] === "tiered") {
    return { type: wordAt(price, "mode", ["graduated", "volume"]), tiers: toTiers(objectsAt(price, "tiers")) };
  }
  if (rest["paymentTerm"] !== "") return rest;
  const { paymentTerm: _empty, ...withoutTerm } = rest;
  return withoutTerm;
};

/** An amount alone or as a price of its own; null when there is none. */
const amountOf = (value: Json | undefined): Json => (isObject(value) ? (value["amount"] ?? null) : (value ?? null));

const commitmentsOf = (content: JsonObject, price: JsonObject): Commitments => {
  const options = content["options"];
  const { minimumAmount, maximumAmount } = parsed(
    parseCommitments({
      minimumAmount: price["minimumAmount"] ?? null,
      maximumAmount: price["maximumAmount"] ?? null,
      ...(isObject(content["commitments"]) ? content["commitments"] : {}),
    }),
  );
  const withoutMinimum = Array.isArray(options) && options.includes("ignoreMinimumCommitment");
  return { ...noCommitments, maximumAmount, minimumAmount: withoutMinimum ? null : minimumAmount };
};

const discountsOf = (content: JsonObject): RateCardDiscounts => {
  const given = isObject(content["discounts"]) ? content["discounts"] : {};
  const wrap = (value: Json | undefined, name: string): Json =>
    value === undefined || value === null || isObject(value) ? (value ?? null) : { [name]: value };
  return parsed(
    parseDiscounts({
      percentage: wrap(given["percentage"], "percentage"),
      usage: wrap(given["usage"] ?? given["usageQuantity"], "quantity"),
    }),
  );
};

export const unitConfigOf = (content: JsonObject): UnitConversion | null => {
  const given = content["unitConfig"] ?? null;
  if (given === null) return null;
  const config = objectAt(content, "unitConfig");
  return parsed(
    parseUnitConversion({
      operation: config["operation"] ?? null,
      conversionFactor: config["conversionFactor"] ?? config["conversion_factor"] ?? null,
      rounding: config["rounding"] ?? null,
      precision: config["precision"] ?? 0,
      displayUnit: config["displayUnit"] ?? config["display_unit"] ?? null,
    }),
  );
};
