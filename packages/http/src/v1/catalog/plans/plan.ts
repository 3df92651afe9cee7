import { z } from "@hono/zod-openapi";
import {
  type CatalogFault,
  currencyCodeKind,
  defaultProRatingConfig,
  type FieldFault,
  pathOfKeyed,
  type PlanDefinition,
  type PlanPhase,
  planStatuses,
  prefixFault,
  type SettlementMode,
  settlementModes,
} from "@meter/catalog";
import type { PlanView } from "@meter/core";
import { err, formatDuration, formatInstant, ok, type Result } from "@meter/primitives";
import { duration, toDuration } from "../../../wire/duration.ts";
import { notSupportedYet } from "../../../wire/not-supported-yet.ts";
import { type IgnoredAlignment, ignoredAlignment } from "../../../wire/alignment.ts";
import { metadata, ulid } from "../../../wire/params.ts";
import { toApiPriceField } from "./price.ts";
import { type ApiRateCard, fromApiRateCard, rateCardSchema, toApiRateCard } from "./rate-card.ts";

export type ApiPlanPhase = {
  key: string;
  name: string;
  description?: string | undefined;
  metadata?: Record<string, string> | null | undefined;
  duration?: string | null | undefined;
  rateCards: ApiRateCard[];
};

type ProRatingConfig = { enabled: boolean; mode: "prorate_prices" };

/** What POST and PUT have in common. */
export type PlanContentBody = {
  name: string;
  description?: string | undefined;
  metadata?: Record<string, string> | null | undefined;
  alignment?: IgnoredAlignment;
  billingCadence: string;
  proRatingConfig?: ProRatingConfig | undefined;
  settlementMode?: SettlementMode | undefined;
  phases: ApiPlanPhase[];
};

export type PlanCreateBody = PlanContentBody & { key: string; currency?: string | undefined };

export type ApiPlan = {
  id: string;
  key: string;
  version: number;
  name: string;
  description?: string | undefined;
  metadata: Record<string, string> | null;
  alignment: { billablesMustAlign: boolean };
  currency: string;
  billingCadence: string;
  proRatingConfig: ProRatingConfig;
  settlementMode: SettlementMode;
  effectiveFrom?: string | undefined;
  effectiveTo?: string | undefined;
  status: (typeof planStatuses)[number];
  phases: ApiPlanPhase[];
  validationErrors: { code: string; field: string; message: string }[] | null;
  createdAt: string;
  updatedAt: string;
  deletedAt?: string | undefined;
};

const proRatingConfig = z.object({ enabled: z.boolean(), mode: z.literal("prorate_prices") });

const phaseSchema = z
  .object({
    key: z.string().openapi({ example: "default" }),
    name: z.string(),
    description: z.string().optional(),
    metadata,
    duration: duration.nullish().openapi({ description: "Null: until the subscription ends" }),
    rateCards: z.array(rateCardSchema),
  })
  .openapi("PlanPhase");

const content = {
  name: z.string(),
  description: z.string().optional(),
  metadata,
  alignment: ignoredAlignment,
  billingCadence: duration,
  proRatingConfig: proRatingConfig.optional(),
  settlementMode: z.enum(settlementModes).optional().openapi({ description: "`credit_only` is not supported yet" }),
  phases: z.array(phaseSchema).min(1),
};

/** Lengths, keys and the rest are the domain's rules. */
export const planCreateBody: z.ZodType<PlanCreateBody> = z
  .object({
    key: z.string().openapi({ example: "pro" }),
    currency: z.string().optional().openapi({ example: "USD", default: "USD" }),
    ...content,
  })
  .openapi("PlanCreate");

export type PlanReplaceBody = PlanContentBody & { key?: string | undefined; currency?: string | undefined };

const forGood = z.string().optional().openapi({ description: "For good: may be sent back, and not changed" });

export const planReplaceBody: z.ZodType<PlanReplaceBody> = z
  .object({ ...content, key: forGood, currency: forGood })
  .openapi("PlanReplaceUpdate");

const dateTime = z.string().openapi({ format: "date-time" });

export const planSchema: z.ZodType<ApiPlan> = z
  .object({
    id: z.string(),
    key: z.string(),
    version: z.number().int(),
    name: z.string(),
    description: z.string().optional(),
    metadata: z.record(z.string(), z.string()).nullable(),
    alignment: z.object({ billablesMustAlign: z.boolean() }),
    currency: z.string(),
    billingCadence: z.string().openapi({ format: "duration" }),
    proRatingConfig,
    settlementMode: z.enum(settlementModes),
    effectiveFrom: dateTime.optional(),
    effectiveTo: dateTime.optional(),
    status: z.enum(planStatuses),
    phases: z.array(phaseSchema),
    validationErrors: z
      .array(z.object({ code: z.string(), field: z.string(), message: z.string() }))
      .nullable()
      .openapi({ description: "What a draft may have, and a published plan may not" }),
    createdAt: dateTime,
    updatedAt: dateTime,
    deletedAt: dateTime.optional(),
  })
  .openapi("Plan");

type PlanTerms = Pick<PlanDefinition, "billingCadence" | "proRatingConfig" | "settlementMode" | "phases">;

/** What both bodies say of periods, settlement and phases. Fields of faults are JSONPaths into the body. */
export const fromApiPlanTerms = (body: PlanContentBody): Result<PlanTerms, readonly FieldFault[]> => {
  const { settlementMode = "credit_then_invoice" } = body;
  const faults =
    settlementMode === "credit_only" ? [notSupportedYet("$.settlementMode", "the settlement mode credit_only")] : [];
  const phases = body.phases.map((phase) => fromApiPhase(phase));
  const broken = phases.flatMap((phase) => (phase.ok ? [] : phase.error));
  if (faults.length + broken.length > 0) return err([...faults, ...broken]);
  return ok({
    billingCadence: toDuration(body.billingCadence),
    proRatingConfig: body.proRatingConfig ?? defaultProRatingConfig,
    settlementMode,
    phases: phases.flatMap((phase) => (phase.ok ? [phase.value] : [])),
  });
};

export const fromApiPlan = (body: PlanCreateBody): Result<PlanDefinition, readonly FieldFault[]> => {
  const { currency = "USD", description = null } = body;
  const terms = fromApiPlanTerms(body);
  const custom =
    currencyCodeKind(currency) === "custom"
      ? [notSupportedYet("$.currency", "a currency that is not of ISO 4217")]
      : [];
  if (custom.length > 0) return err([...custom, ...(terms.ok ? [] : terms.error)]);
  if (!terms.ok) return terms;
  return ok({
    key: body.key,
    name: body.name,
    description,
    metadata: body.metadata ?? null,
    currency,
    ...terms.value,
  });
};

/** Fields of faults: `$.phases[?(@.key=='pro')].rateCards[?(@.key=='api')].price.amount`. */
export const fromApiPhase = (api: ApiPlanPhase): Result<PlanPhase, readonly FieldFault[]> => {
  const path = pathOfKeyed("$.phases", api.key);
  const rateCards = api.rateCards.map((rateCard) => ({ rateCard, read: fromApiRateCard(rateCard) }));
  const faults = rateCards.flatMap(({ rateCard, read }) =>
    read.ok ? [] : read.error.map((fault) => prefixFault(pathOfKeyed(`${path}.rateCards`, rateCard.key), fault)),
  );
  if (faults.length > 0) return err(faults);
  const { description = null, duration: text = null } = api;
  return ok({
    key: api.key,
    name: api.name,
    description,
    metadata: api.metadata ?? null,
    duration: text === null ? null : toDuration(text),
    rateCards: rateCards.flatMap(({ read }) => (read.ok ? [read.value] : [])),
  });
};

export const toApiPhase = (phase: PlanPhase): ApiPlanPhase => ({
  key: phase.key,
  name: phase.name,
  ...(phase.description === null ? {} : { description: phase.description }),
  metadata: phase.metadata === null ? null : { ...phase.metadata },
  duration: phase.duration === null ? null : formatDuration(phase.duration),
  rateCards: phase.rateCards.map(toApiRateCard),
});

export const toApiPlan = ({ plan, status, faults }: PlanView): ApiPlan => ({
  id: plan.id,
  key: plan.key,
  version: plan.version,
  name: plan.name,
  ...(plan.description === null ? {} : { description: plan.description }),
  metadata: plan.metadata === null ? null : { ...plan.metadata },
  alignment: { billablesMustAlign: true },
  currency: plan.currency,
  billingCadence: formatDuration(plan.billingCadence),
  proRatingConfig: { ...plan.proRatingConfig },
  settlementMode: plan.settlementMode,
  ...(plan.effectiveFrom === null ? {} : { effectiveFrom: formatInstant(plan.effectiveFrom) }),
  ...(plan.effectiveTo === null ? {} : { effectiveTo: formatInstant(plan.effectiveTo) }),
  status,
  phases: plan.phases.map(toApiPhase),
  validationErrors:
    faults.length === 0
      ? null
      : faults.map(({ code, field, message }) => ({ code, field: toApiRateCardField(field), message })),
  createdAt: formatInstant(plan.createdAt),
  updatedAt: formatInstant(plan.updatedAt),
  ...(plan.deletedAt === null ? {} : { deletedAt: formatInstant(plan.deletedAt) }),
});

/** Where the wire has what a fault of the domain names. */
const toApiRateCardField = (field: string): string => toApiPriceField(field.replace(".commitments.", ".price."));

/** The same error with faults that name the wire's fields. */
export const toApiFaults = <E extends Readonly<{ faults: readonly (FieldFault | CatalogFault)[] }>>(error: E): E => ({
  ...error,
  faults: error.faults.map((fault) => ({ ...fault, field: toApiRateCardField(fault.field) })),
});

/** One version. */
export const planVersionPath: z.ZodObject<{ planId: typeof ulid }> = z.object({ planId: ulid });
