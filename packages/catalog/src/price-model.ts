import { err, formatDecimal } from "@meter/primitives";
import type { Decimal, Result } from "@meter/primitives";

import { fault, isRecord } from "./definition.ts";
import type { FieldFault } from "./field-fault.ts";

/**
 * A price of any model. Its members are the model's own; they hold texts, booleans, nulls, decimals, lists and maps of
 * these, so that `printPrice` can write every one of them. A price is immutable.
 */
export type Price = Readonly<{ type: string; paymentTerm?: PaymentTerm }>;

export const paymentTerms = ["in_advance", "in_arrears"] as const;
/** Whether a fixed amount is due at the start or at the end of its service period. Usage is always in arrears. */
export type PaymentTerm = (typeof paymentTerms)[number];

/**
 * What a model has to know of the usage of a service period: `nothing` (the amount is fixed), the `total`, one quantity
 * per combination of dimensions (`cells`), or every single event (`events`).
 */
export type UsageNeed = "nothing" | "total" | "cells" | "events";

/**
 * A price model as the catalog sees it: a definition comes in as JSON, a price or all its faults come out. `pricing` adds how
 * to rate it. `parse(printPrice(price))` is the price again. Fields of faults are the definition's own: `tiers.0.upTo`.
 */
export type PriceModel<P extends Price = Price> = Readonly<{
  /** The `type` of its prices and definitions; unique among the models in use. */
  type: P["type"];
  parse: (definition: unknown) => Result<P, readonly FieldFault[]>;
  needs: UsageNeed;
  /** Whether the quantity may be converted before it is priced. Default: yes, when the model needs usage. */
  unitConversion?: "accepted" | "refused";
  /**
   * Whether a collector may bill a part of the period before its end. `never`: the price of a part may be more than that of
   * the whole. Default: `anywhere`. (The engine itself can cut every model.)
   */
  cuts?: "anywhere" | "never";
}>;

/** Models by their `type`. */
export type PriceModels = Readonly<Record<string, PriceModel>>;

/** The price of a definition, by the model that its `type` names. */
export const parsePrice = (models: PriceModels, definition: unknown): Result<Price, readonly FieldFault[]> => {
  if (!isRecord(definition)) return err([fault("", "invalid_price", "a price must be an object")]);
  const type = definition["type"];
  const model = typeof type === "string" ? findPriceModel(models, type) : null;
  if (model === null) {
    const known = Object.keys(models).join(", ");
    return err([fault("type", "unknown_price_type", `the price type must be one of ${known}`)]);
  }
  return model.parse(definition);
};

export const findPriceModel = <M extends PriceModel>(models: Readonly<Record<string, M>>, type: string): M | null =>
  Object.hasOwn(models, type) ? (models[type] ?? null) : null;

/** Any value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | Readonly<{ [name: string]: Json }>;

/** The definition of a price as JSON: decimals become canonical texts, everything else stays as it is. */
export const printPrice = (price: Price): Readonly<{ [name: string]: Json }> =>
  Object.fromEntries(Object.entries(price).map(([name, value]) => [name, print(value)]));

/** When an amount of the price is due. Prices without a term are usage prices. */
export const paymentTermOf = (price: Price): PaymentTerm => price.paymentTerm ?? "in_arrears";

/** Whether the amount depends on usage. */
export const isUsageBased = (model: PriceModel): boolean => model.needs !== "nothing";

export const acceptsUnitConversion = (model: PriceModel): boolean =>
  isUsageBased(model) && model.unitConversion !== "refused";

const print = (value: unknown): Json => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(print);
  if (isDecimal(value)) return formatDecimal(value);
  if (isRecord(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(members.map(([name, member]) => [name, print(member)]));
  }
  throw new TypeError(`a price cannot hold a ${typeof value}`);
};

const isDecimal = (value: unknown): value is Decimal =>
  isRecord(value) && typeof value["coefficient"] === "bigint" && typeof value["scale"] === "number";
