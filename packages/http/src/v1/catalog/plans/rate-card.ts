import { z } from "@hono/zod-openapi";
import {
  conversionOperations,
  conversionRoundings,
  type FieldFault,
  noCommitments,
  noDiscounts,
  parseDiscounts,
  parseTaxConfig,
  parseUnitConversion,
  prefixFault,
  type RateCard,
  type RateCardDiscounts,
  type TaxConfig,
  taxBehaviors,
  type UnitConversion,
} from "@meter/catalog";
import type { RatedRateCard } from "@meter/pricing";
import { err, formatDecimal, formatDuration, ok, type Result, toNumber } from "@meter/primitives";
import { duration, toDuration } from "../../../wire/duration.ts";
import { notSupportedYet } from "../../../wire/not-supported-yet.ts";
import { numeric } from "../../../wire/numeric.ts";
import { metadata } from "../../../wire/params.ts";
import {
  type ApiFlatPrice,
  type ApiPrice,
  flatPriceSchema,
  fromApiPrice,
  type PriceWithCommitments,
  priceSchema,
  toApiPrice,
} from "./price.ts";

export type ApiDiscounts = {
  percentage?: { percentage: number | string; correlationId?: string | undefined } | undefined;
  usage?: { quantity: string; correlationId?: string | undefined } | undefined;
};

/** What of a rate card decides amounts. */
export type ApiCharges = {
  price?: ApiPrice | null | undefined;
  discounts?: ApiDiscounts | undefined;
  unitConfig?: ApiUnitConfig | undefined;
  taxConfig?: ApiTaxConfig | undefined;
};

export type ApiUnitConfig = {
  operation: UnitConversion["operation"];
  conversionFactor: string;
  rounding?: UnitConversion["rounding"] | undefined;
  precision?: number | undefined;
  displayUnit?: string | undefined;
};

export type ApiTaxConfig = {
  behavior?: "inclusive" | "exclusive" | undefined;
  stripe?: { code: string } | undefined;
  customInvoicing?: { code: string } | undefined;
  taxCodeId?: string | undefined;
};

type RateCardBase = {
  key: string;
  name: string;
  description?: string | undefined;
  metadata?: Record<string, string> | null | undefined;
  featureKey?: string | undefined;
  discounts?: ApiDiscounts | undefined;
  unitConfig?: ApiUnitConfig | undefined;
  taxConfig?: ApiTaxConfig | undefined;
  /** What is not supported yet: refused. */
  entitlementTemplate?: unknown;
};

export type ApiRateCard = RateCardBase &
  (
    | { type: "flat_fee"; billingCadence?: string | null | undefined; price?: ApiFlatPrice | null | undefined }
    | { type: "usage_based"; billingCadence: string; price?: ApiPrice | null | undefined }
  );

/** What invoices and subscriptions show of a rate card, too. */
export const rateCardParts: {
  discounts: z.ZodType<ApiDiscounts | undefined, ApiDiscounts | undefined>;
  unitConfig: z.ZodType<ApiUnitConfig | undefined, ApiUnitConfig | undefined>;
  taxConfig: z.ZodType<ApiTaxConfig | undefined, ApiTaxConfig | undefined>;
} = {
  discounts: z
    .object({
      percentage: z.object({ percentage: z.union([z.number(), numeric]) }).optional(),
      usage: z.object({ quantity: numeric }).optional(),
    })
    .optional(),
  unitConfig: z
    .object({
      operation: z.enum(conversionOperations),
      conversionFactor: numeric,
      rounding: z.enum(conversionRoundings).optional(),
      precision: z.number().int().optional(),
      displayUnit: z.string().max(64).optional(),
    })
    .optional()
    .openapi({ description: "From metered to priced units; an addition to the reference's wire" }),
  taxConfig: z
    .object({
      behavior: z.enum(taxBehaviors).optional(),
      stripe: z.object({ code: z.string().max(64) }).optional(),
      customInvoicing: z.object({ code: z.string().max(1_024) }).optional(),
      taxCodeId: z.string().optional().openapi({ description: "Not supported yet" }),
    })
    .optional(),
};

const base = {
  key: z.string(),
  name: z.string(),
  description: z.string().optional(),
  metadata,
  featureKey: z.string().optional(),
  ...rateCardParts,
  entitlementTemplate: z.unknown().optional().openapi({ description: "Not supported yet" }),
};

export const rateCardSchema: z.ZodType<ApiRateCard, ApiRateCard> = z
  .discriminatedUnion("type", [
    z
      .object({
        type: z.literal("flat_fee"),
        ...base,
        billingCadence: duration.nullish().openapi({ description: "Null: once" }),
        price: flatPriceSchema.nullish(),
      })
      .openapi("RateCardFlatFee"),
    z
      .object({
        type: z.literal("usage_based"),
        ...base,
        billingCadence: duration,
        price: priceSchema.nullish(),
      })
      .openapi("RateCardUsageBased"),
  ])
  .openapi("RateCard") as unknown as z.ZodType<ApiRateCard, ApiRateCard>; // the union of what is listed

/**
 * Fields of faults are those of the wire, below the rate card: `price.tiers.0.upToAmount`. The rules of a rate card as a
 * whole are not checked here but by `checkRateCard`.
 */
export const fromApiRateCard = (api: ApiRateCard): Result<RateCard, readonly FieldFault[]> => {
  const unsupported = (api.entitlementTemplate ?? null) === null ? [] : [notSupportedYet("entitlementTemplate")];
  const charges = fromApiCharges(api);
  if (!charges.ok) return err([...unsupported, ...charges.error]);
  if (unsupported.length > 0) return err(unsupported);
  const { billingCadence = null, featureKey = null, description = null } = api;
  return ok({
    key: api.key,
    name: api.name,
    description,
    metadata: api.metadata ?? null,
    featureKey,
    billingCadence: billingCadence === null ? null : toDuration(billingCadence),
    ...charges.value,
  });
};

/** The part of a rate card that is rated. Fields of faults are those of the wire, below the rate card. */
export const fromApiCharges = (api: ApiCharges): Result<RatedRateCard, readonly FieldFault[]> => {
  const faults: FieldFault[] = [];
  const read = <T>(name: string, parsed: Result<T, readonly FieldFault[]>, otherwise: T): T => {
    if (parsed.ok) return parsed.value;
    faults.push(...parsed.error.map((fault) => prefixFault(name, fault)));
    return otherwise;
  };
  const price = read<PriceWithCommitments | null>("price", api.price ? fromApiPrice(api.price) : ok(null), null);
  const charges: RatedRateCard = {
    price: price?.price ?? null,
    commitments: price?.commitments ?? noCommitments,
    discounts: read("discounts", fromApiDiscounts(api.discounts ?? {}), noDiscounts),
    unitConfig: read<UnitConversion | null>(
      "unitConfig",
      api.unitConfig === undefined ? ok(null) : parseUnitConversion(api.unitConfig),
      null,
    ),
    taxConfig: read<TaxConfig | null>(
      "taxConfig",
      api.taxConfig === undefined ? ok(null) : fromApiTaxConfig(api.taxConfig),
      null,
    ),
  };
  return faults.length === 0 ? ok(charges) : err(faults);
};

/** A percentage that came as a JSON number is the decimal that writes it shortest. */
export const fromApiDiscounts = ({
  percentage,
  usage,
}: ApiDiscounts): Result<RateCardDiscounts, readonly FieldFault[]> =>
  parseDiscounts({
    percentage: percentage === undefined ? null : { ...percentage, percentage: String(percentage.percentage) },
    usage: usage ?? null,
  });

const fromApiTaxConfig = (api: ApiTaxConfig): Result<TaxConfig, readonly FieldFault[]> =>
  api.taxCodeId === undefined ? parseTaxConfig(api) : err([notSupportedYet("taxCodeId")]);

/** A rate card with a fixed price, or with none, is a `flat_fee`; any other `usage_based`. */
export const toApiRateCard = (rateCard: RateCard): ApiRateCard => {
  const { price, commitments, billingCadence, unitConfig, taxConfig } = rateCard;
  const apiPrice = price === null ? null : toApiPrice({ price, commitments });
  const discounts = toApiDiscounts(rateCard.discounts);
  const members: RateCardBase = {
    key: rateCard.key,
    name: rateCard.name,
    ...(rateCard.description === null ? {} : { description: rateCard.description }),
    metadata: rateCard.metadata === null ? null : { ...rateCard.metadata },
    ...(rateCard.featureKey === null ? {} : { featureKey: rateCard.featureKey }),
    ...(discounts === null ? {} : { discounts }),
    ...(unitConfig === null ? {} : { unitConfig: toApiUnitConfig(unitConfig) }),
    ...(taxConfig === null ? {} : { taxConfig: toApiTaxConfig(taxConfig) }),
  };
  const cadence = billingCadence === null ? null : formatDuration(billingCadence);
  return apiPrice === null || apiPrice.type === "flat" || cadence === null
    ? { type: "flat_fee", ...members, billingCadence: cadence, price: apiPrice as ApiFlatPrice | null }
    : { type: "usage_based", ...members, billingCadence: cadence, price: apiPrice };
};

/** Null when there are none. The percentage is the double nearest to the exact value, because the wire has a number there. */
export const toApiDiscounts = ({ percentage, usage }: RateCardDiscounts): ApiDiscounts | null =>
  percentage === null && usage === null
    ? null
    : {
        ...(percentage === null
          ? {}
          : { percentage: { percentage: toNumber(percentage.percentage), ...named(percentage.correlationId) } }),
        ...(usage === null
          ? {}
          : { usage: { quantity: formatDecimal(usage.quantity), ...named(usage.correlationId) } }),
      };

const named = (correlationId: string | null): { correlationId?: string } =>
  correlationId === null ? {} : { correlationId };

const toApiUnitConfig = (unitConfig: UnitConversion): ApiUnitConfig => ({
  operation: unitConfig.operation,
  conversionFactor: formatDecimal(unitConfig.conversionFactor),
  rounding: unitConfig.rounding,
  precision: unitConfig.precision,
  ...(unitConfig.displayUnit === null ? {} : { displayUnit: unitConfig.displayUnit }),
});

const toApiTaxConfig = ({ behavior, stripe, customInvoicing }: TaxConfig): ApiTaxConfig => ({
  ...(behavior === null ? {} : { behavior }),
  ...(stripe === null ? {} : { stripe: { ...stripe } }),
  ...(customInvoicing === null ? {} : { customInvoicing: { ...customInvoicing } }),
});
