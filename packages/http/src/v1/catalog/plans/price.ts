import { z } from "@hono/zod-openapi";
import {
  builtInPriceModels,
  type Commitments,
  type FieldFault,
  isBuiltInPrice,
  noCommitments,
  parseCommitments,
  parsePrice,
  type Price,
  type Tier,
  tiersMax,
} from "@meter/catalog";
import { assert, type Decimal, err, formatDecimal, ok, type Result } from "@meter/primitives";
import { numeric } from "../../../wire/numeric.ts";

type ApiCommitments = { minimumAmount?: string | undefined; maximumAmount?: string | undefined };

export type ApiFlatPrice = { type: "flat"; amount: string; paymentTerm?: "in_advance" | "in_arrears" | undefined };

export type ApiTier = {
  upToAmount?: string | null | undefined;
  flatPrice?: { type: "flat"; amount: string } | null | undefined;
  unitPrice?: { type: "unit"; amount: string } | null | undefined;
};

export type ApiUsagePrice =
  | ({ type: "unit"; amount: string } & ApiCommitments)
  | ({ type: "tiered"; mode: "volume" | "graduated"; tiers: ApiTier[] } & ApiCommitments)
  | ({ type: "dynamic"; multiplier?: string | undefined } & ApiCommitments)
  | ({ type: "package"; amount: string; quantityPerPackage: string } & ApiCommitments);

export type ApiPrice = ApiFlatPrice | ApiUsagePrice;

/** A price of the domain with what the wire puts into it. */
export type PriceWithCommitments = Readonly<{ price: Price; commitments: Commitments }>;

const paymentTerm = z.enum(["in_advance", "in_arrears"]).optional();
const commitments = { minimumAmount: numeric.optional(), maximumAmount: numeric.optional() };

/** Without a name in the document, as `priceSchema`: a name would take the null from where one is allowed. */
export const flatPriceSchema: z.ZodType<ApiFlatPrice, ApiFlatPrice> & z.ZodObject = z.object({
  type: z.literal("flat"),
  amount: numeric,
  paymentTerm,
});

const tierSchema = z
  .object({
    upToAmount: numeric.nullish().openapi({ description: "Inclusive; without it the tier has no end" }),
    flatPrice: z.object({ type: z.literal("flat"), amount: numeric }).nullish(),
    unitPrice: z.object({ type: z.literal("unit"), amount: numeric }).nullish(),
  })
  .openapi("PriceTier");

export const priceSchema: z.ZodType<ApiPrice, ApiPrice> = z.discriminatedUnion(
  "type",
  [
    flatPriceSchema,
    z.object({ type: z.literal("unit"), amount: numeric, ...commitments }).openapi("UnitPriceWithCommitments"),
    z
      .object({
        type: z.literal("tiered"),
        mode: z.enum(["volume", "graduated"]),
        tiers: z.array(tierSchema).max(tiersMax),
        ...commitments,
      })
      .openapi("TieredPriceWithCommitments"),
    z
      .object({ type: z.literal("dynamic"), multiplier: numeric.optional(), ...commitments })
      .openapi("DynamicPriceWithCommitments"),
    z
      .object({ type: z.literal("package"), amount: numeric, quantityPerPackage: numeric, ...commitments })
      .openapi("PackagePriceWithCommitments"),
  ],
  {
    error: ({ code }) =>
      code === "invalid_union"
        ? "must be one of flat, unit, tiered (with the mode graduated or volume), dynamic, package"
        : undefined,
  },
) as z.ZodType<ApiPrice, ApiPrice>; // the union of what is listed

/** Fields of faults are those of the wire, below the price: `tiers.0.upToAmount`, `minimumAmount`. */
export const fromApiPrice = (api: ApiPrice): Result<PriceWithCommitments, readonly FieldFault[]> => {
  const price = parsePrice(builtInPriceModels, toDefinition(api));
  const committed = api.type === "flat" ? ok(noCommitments) : parseCommitments(toCommitments(api));
  if (price.ok && committed.ok) return ok({ price: price.value, commitments: committed.value });
  return err([
    ...(price.ok ? [] : price.error.map((fault) => ({ ...fault, field: toApiPriceField(fault.field) }))),
    ...(committed.ok ? [] : committed.error),
  ]);
};

const toCommitments = ({ minimumAmount, maximumAmount }: ApiCommitments): object => ({ minimumAmount, maximumAmount });

const toDefinition = (api: ApiPrice): object => {
  switch (api.type) {
    case "flat":
      return api;
    case "unit":
      return { type: api.type, amount: api.amount };
    case "tiered":
      return { type: api.mode, tiers: api.tiers.map(toTierDefinition) };
    case "dynamic":
      return { type: api.type, multiplier: api.multiplier };
    case "package":
      return { type: api.type, amount: api.amount, quantityPerPackage: api.quantityPerPackage };
  }
};

const toTierDefinition = ({ upToAmount, flatPrice, unitPrice }: ApiTier): object => ({
  upTo: upToAmount,
  flatAmount: flatPrice?.amount,
  unitAmount: unitPrice?.amount,
});

/** What the members of a price are called on the wire. */
export const toApiPriceField = (field: string): string =>
  field
    .replace(/\bupTo$/, "upToAmount")
    .replace(/\bflatAmount$/, "flatPrice.amount")
    .replace(/\bunitAmount$/, "unitPrice.amount");

/** Decimals in canonical form, tiers in ascending order. */
export const toApiPrice = ({ price: any, commitments: committed }: PriceWithCommitments): ApiPrice => {
  const price: Readonly<{ type: string }> = any;
  assert(isBuiltInPrice(price), `the wire has no price of the type ${price.type}`);
  const range = {
    ...(committed.minimumAmount === null ? {} : { minimumAmount: formatDecimal(committed.minimumAmount) }),
    ...(committed.maximumAmount === null ? {} : { maximumAmount: formatDecimal(committed.maximumAmount) }),
  };
  switch (price.type) {
    case "flat":
      return { type: "flat", amount: formatDecimal(price.amount), paymentTerm: price.paymentTerm };
    case "unit":
      return { type: "unit", amount: formatDecimal(price.amount), ...range };
    case "graduated":
    case "volume":
      return { type: "tiered", mode: price.type, tiers: price.tiers.map(toApiTier), ...range };
    case "dynamic":
      return { type: "dynamic", multiplier: formatDecimal(price.multiplier), ...range };
    case "package": {
      const { amount, quantityPerPackage } = price;
      const size = formatDecimal(quantityPerPackage);
      return { type: "package", amount: formatDecimal(amount), quantityPerPackage: size, ...range };
    }
  }
};

const toApiTier = ({ upTo, flatAmount, unitAmount }: Tier): ApiTier => ({
  ...(upTo === null ? {} : { upToAmount: formatDecimal(upTo) }),
  flatPrice: amountOf("flat", flatAmount),
  unitPrice: amountOf("unit", unitAmount),
});

const amountOf = <T extends "flat" | "unit">(type: T, amount: Decimal | null): { type: T; amount: string } | null =>
  amount === null ? null : { type, amount: formatDecimal(amount) };
