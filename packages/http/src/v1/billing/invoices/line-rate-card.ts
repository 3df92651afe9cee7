import { z } from "@hono/zod-openapi";
import { numeric } from "../../../wire/numeric.ts";
import { type ApiPrice, priceSchema } from "../../catalog/plans/price.ts";
import { type ApiCharges, rateCardParts } from "../../catalog/plans/rate-card.ts";

/** A rate card as a line has it: only what decides its amounts. */
export type ApiLineRateCardInput = ApiCharges & { price: ApiPrice | null; featureKey?: string | undefined };

const correlationId = z.string().min(1).max(128).optional().openapi({ description: "Names the discount on lines" });

/** As on a rate card of a plan, and with names. */
export const lineDiscounts: (typeof rateCardParts)["discounts"] = z
  .object({
    percentage: z.object({ percentage: z.union([z.number(), numeric]), correlationId }).optional(),
    usage: z.object({ quantity: numeric, correlationId }).optional(),
  })
  .optional();

/** Members that only a plan needs (key, name, type, billing cadence) may be there, and change nothing. */
export const lineRateCardSchema: z.ZodType<ApiLineRateCardInput, ApiLineRateCardInput> = z
  .object({
    price: priceSchema.nullable(),
    featureKey: z.string().min(1).max(64).optional(),
    ...rateCardParts,
    discounts: lineDiscounts,
  })
  .openapi("InvoiceLineRateCard");
