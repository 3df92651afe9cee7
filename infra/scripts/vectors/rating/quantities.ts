import {
  builtInPriceModels,
  checkRateCard,
  graduatedModel,
  noCommitments,
  noDiscounts,
  parseDiscounts,
  parsePrice,
  volumeModel,
  type Price,
  type RateCard,
  type UnitPrice,
} from "@meter/catalog";
import {
  convertExactly,
  convertQuantity,
  countPackages,
  findTier,
  toDisplay,
  type RatedRateCard,
} from "@meter/pricing";
import { add, decimalFromInteger, dec, ratioFromDecimal, subtractRatios, type Decimal } from "@meter/primitives";
import { decimalAt, Malformed, objectAt, objectsAt, textAt, wordAt } from "../calendar/read.ts";
import { isArray, type JsonObject } from "../json.ts";
import { compareNumber, compareUsageDiscount } from "./compare-lines.ts";
import { answered, parsed, type Judge } from "./judge.ts";
import { pricing } from "./lines.ts";
import { currencyOf, toTiers, unitConfigOf } from "./rate-card.ts";

/** One number, converted, and converted as it is billed. */
export const judgeUnitConfig: Judge = (content) => {
  const conversion = unitConfigOf(content);
  const raw = ratioFromDecimal(decimalAt(content, "raw"));
  const expect = objectAt(content, "expect");
  const [exact, billed] =
    conversion === null ? [raw, raw] : [convertExactly(raw, conversion), convertQuantity(raw, conversion)];
  return [
    ...compareNumber("expect.converted", textAt(expect, "converted"), toDisplay(exact)),
    ...compareNumber("expect.invoiced", textAt(expect, "invoiced"), toDisplay(billed)),
  ];
};

/** Two numbers, each converted by itself; with a price, whether it may be converted. */
export const judgeUnitConfigConversion: Judge = (content) => {
  const conversion = unitConfigOf(content);
  if (content["price"] !== undefined) {
    const price = parsed(parsePrice(builtInPriceModels, objectAt(content, "price")));
    const usage = { total: decimalAt(content, "quantity") };
    const rateCard = { ...cardOf(price), unitConfig: conversion };
    answered(pricing.rate({ rateCard, currency: currencyOf(content), usage, earlier: [], final: true }));
  }
  const expect = objectAt(content, "expect");
  const converted = (name: string): Decimal => {
    const raw = ratioFromDecimal(decimalAt(content, name));
    return toDisplay(conversion === null ? raw : convertQuantity(raw, conversion));
  };
  return ["quantity", "preLineQuantity"].flatMap((name) =>
    expect[name] === undefined ? [] : compareNumber(`expect.${name}`, expect[name], converted(name)),
  );
};

/** What the usage from one quantity to another costs; from zero it is all usage. */
export const judgeGraduatedTotal: Judge = (content) => {
  const price = parsed(graduatedModel.parse({ type: "graduated", tiers: toTiers(objectsAt(content, "tiers")) }));
  const from = decimalAt(content, "fromQuantity");
  const exactAt = (total: Decimal) =>
    answered(
      pricing.rate({
        rateCard: cardOf(price),
        currency: currencyOf(content),
        usage: { total },
        earlier: [],
        final: true,
      }),
    ).exactWhole;
  const whole = exactAt(decimalAt(content, "toQuantity"));
  const total = from.coefficient === 0n ? whole : subtractRatios(whole, exactAt(from));
  return compareNumber("expect.total", textAt(objectAt(content, "expect"), "total"), toDisplay(total));
};

export const judgePackageCount: Judge = (content) => {
  const quantity = ratioFromDecimal(decimalAt(content, "quantity"));
  const size = decimalAt(content, "quantityPerPackage");
  if (size.coefficient <= 0n) throw new Malformed({ at: "quantityPerPackage", expected: "above zero", found: 0 });
  const expected = textAt(objectAt(content, "expect"), "packages");
  return compareNumber("expect.packages", expected, decimalFromInteger(countPackages(quantity, size)));
};

/** The tier of a quantity, counted from 0. */
export const judgeVolumeTierLookup: Judge = (content) => {
  const { tiers } = parsed(volumeModel.parse({ type: "volume", tiers: toTiers(objectsAt(content, "tiers")) }));
  const { number } = findTier(tiers, ratioFromDecimal(decimalAt(content, "quantity")));
  return compareNumber("expect.tierIndex", objectAt(content, "expect")["tierIndex"], decimalFromInteger(number - 1));
};

/** What a usage discount leaves of this part's quantity and of the earlier one. */
export const judgeUsageDiscount: Judge = (content) => {
  const quantity = decimalAt(content, "quantity");
  const before = decimalAt(content, "preLineQuantity");
  const discount = { quantity: decimalAt(content, "discountQuantity"), correlationId: null };
  const rateCard = { ...cardOf(unitPrice(dec("1"))), discounts: { percentage: null, usage: discount } };
  const currency = currencyOf(content);
  const { quantities } = answered(
    pricing.rateStateless({ rateCard, currency, quantity, quantityBefore: before, final: true }),
  );
  const expect = objectAt(content, "expect");
  return [
    ...compareNumber("expect.quantity", textAt(expect, "quantity"), quantities.billable.part),
    ...compareNumber("expect.preLineQuantity", textAt(expect, "preLineQuantity"), quantities.billable.before),
    ...compareUsageDiscount("expect", expect["usageDiscount"], quantities.free),
  ];
};

/** Which faults discounts have beside a price of that type; in any order. */
export const judgeDiscountValidation: Judge = (content) => {
  const given = objectAt(content, "discounts");
  const discounts = parsed(
    parseDiscounts({
      percentage: given["percentage"] === null ? null : { percentage: given["percentage"] },
      usage: given["usage"] === null ? null : { quantity: given["usage"] },
    }),
  );
  const card: RateCard = {
    ...cardOf(priceOfType(wordAt(content, "priceType", Object.keys(exampleDefinitions)))),
    discounts,
    key: "rated",
    featureKey: "rated",
    name: "Rated",
    description: null,
    metadata: null,
    billingCadence: null,
  };
  const found = checkRateCard(card, builtInPriceModels)
    .map(({ code }) => theirCodes[code] ?? code)
    .toSorted();
  const errors = objectAt(content, "expect")["errors"];
  if (!isArray(errors)) throw new Malformed({ at: "expect.errors", expected: "a list", found: errors });
  const expected = errors.map(String).toSorted();
  return JSON.stringify(expected) === JSON.stringify(found) ? [] : [{ at: "expect.errors", expected, found }];
};

/** What the maximum takes off one detail, when so much was billed before it. The line is rated as an amount. */
export const judgeMaximumSpend: Judge = (content) => {
  const amount = decimalAt(objectAt(content, "line"), "amount");
  const before = decimalAt(content, "billedAmountBeforeLine");
  const commitments = { minimumAmount: null, maximumAmount: decimalAt(content, "maximumAmount") };
  const rateCard = { ...cardOf(unitPrice(dec("1"))), commitments };
  const rate = pricing.rateStateless;
  const currency = currencyOf(content);
  const { details } = answered(rate({ rateCard, currency, quantity: amount, quantityBefore: before, final: true }));
  const discounts = details.flatMap((detail) => detail.discounts.map((discount) => discount.amount));
  return compareNumber(
    "expect.discount",
    objectAt(content, "expect")["discount"],
    discounts.length === 0 ? null : discounts.reduce(add),
  );
};

/** How the reference system calls the faults of discounts. */
const theirCodes: Readonly<Record<string, string>> = {
  usage_discount_negative_quantity: "ErrUsageDiscountNegativeQuantity",
  usage_discount_with_flat_price: "ErrUsageDiscountWithFlatPrice",
  percentage_discount_invalid_value: "ErrPercentageDiscountInvalidValue",
};

const cardOf = (price: Price): RatedRateCard => ({
  price,
  discounts: noDiscounts,
  commitments: noCommitments,
  unitConfig: null,
  taxConfig: null,
});

const unitPrice = (amount: Decimal): UnitPrice => ({ type: "unit", amount });

const exampleTiers = [{ upTo: null, unitAmount: "1" }];

/** A legal price of each type: its numbers do not matter. */
const exampleDefinitions: Readonly<Record<string, JsonObject>> = {
  flat: { type: "flat", amount: "1" },
  unit: { type: "unit", amount: "1" },
  tiered: { type: "graduated", tiers: exampleTiers },
  graduated: { type: "graduated", tiers: exampleTiers },
  volume: { type: "volume", tiers: exampleTiers },
  package: { type: "package", amount: "1", quantityPerPackage: "1" },
  dynamic: { type: "dynamic" },
};

const priceOfType = (type: string): Price => parsed(parsePrice(builtInPriceModels, exampleDefinitions[type] ?? null));
