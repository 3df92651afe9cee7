import { z } from "@hono/zod-openapi";
import { settlementModes } from "@meter/catalog";
import type { SubscriptionView } from "@meter/core";
import { formatDuration, formatInstant, type Period } from "@meter/primitives";
import { billingPeriodAt, subscriptionStatusAt, subscriptionStatuses } from "@meter/subscriptions";
import { alwaysNull, ulid } from "../../wire/params.ts";
import { type ApiSubscriptionPhase, subscriptionPhaseSchema, toApiPhases } from "./phase.ts";

export type ApiPeriod = { from: string; to: string };

export const periodSchema: z.ZodObject<{ from: z.ZodString; to: z.ZodString }> = z.object({
  from: z.string().openapi({ format: "date-time" }),
  to: z.string().openapi({ format: "date-time" }),
});

export const toApiPeriod = ({ start, end }: Period): ApiPeriod => ({
  from: formatInstant(start),
  to: formatInstant(end),
});

export type ApiSubscription = {
  id: string;
  name: string;
  description?: string | undefined;
  metadata: Record<string, string> | null;
  annotations: null;
  status: (typeof subscriptionStatuses)[number];
  customerId: string;
  plan?: { id: string; key: string; version: number } | undefined;
  currency: string;
  billingCadence: string;
  billingAnchor: string;
  proRatingConfig: { enabled: boolean; mode: "prorate_prices" };
  settlementMode: (typeof settlementModes)[number];
  costBasisMode: "dynamic";
  costBasisPins: never[];
  alignment: { billablesMustAlign: boolean; currentAlignedBillingPeriod?: ApiPeriod | undefined };
  activeFrom: string;
  activeTo?: string | undefined;
  createdAt: string;
  updatedAt: string;
  deletedAt?: string | undefined;
};

export type ApiSubscriptionExpanded = ApiSubscription & { phases: ApiSubscriptionPhase[] };

const dateTime = z.string().openapi({ format: "date-time" });

const members = {
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  metadata: z.record(z.string(), z.string()).nullable(),
  annotations: alwaysNull,
  status: z.enum(subscriptionStatuses),
  customerId: z.string(),
  plan: z.object({ id: z.string(), key: z.string(), version: z.number().int() }).optional(),
  currency: z.string(),
  billingCadence: z.string().openapi({ format: "duration" }),
  billingAnchor: dateTime,
  proRatingConfig: z.object({ enabled: z.boolean(), mode: z.literal("prorate_prices") }),
  settlementMode: z.enum(settlementModes),
  costBasisMode: z.literal("dynamic"),
  costBasisPins: z.array(z.never()).openapi({ type: "array", items: {} }),
  alignment: z.object({
    billablesMustAlign: z.boolean(),
    currentAlignedBillingPeriod: periodSchema.optional().openapi({ description: "Of an expanded one that runs" }),
  }),
  activeFrom: dateTime,
  activeTo: dateTime.optional(),
  createdAt: dateTime,
  updatedAt: dateTime,
  deletedAt: dateTime.optional(),
};

export const subscriptionSchema: z.ZodType<ApiSubscription> = z.object(members).openapi("Subscription");

export const subscriptionExpandedSchema: z.ZodType<ApiSubscriptionExpanded> = z
  .object({ ...members, phases: z.array(subscriptionPhaseSchema) })
  .openapi("SubscriptionExpanded");

export const toApiSubscription = ({ subscription, at }: SubscriptionView): ApiSubscription => ({
  id: subscription.id,
  name: subscription.name,
  ...(subscription.description === null ? {} : { description: subscription.description }),
  metadata: subscription.metadata === null ? null : { ...subscription.metadata },
  annotations: null,
  status: subscriptionStatusAt(subscription, at),
  customerId: subscription.customerId,
  ...(subscription.plan === null ? {} : { plan: { ...subscription.plan } }),
  currency: subscription.currency,
  billingCadence: formatDuration(subscription.billingCadence),
  billingAnchor: formatInstant(subscription.billingAnchor),
  proRatingConfig: { ...subscription.proRatingConfig },
  settlementMode: subscription.settlementMode,
  costBasisMode: "dynamic",
  costBasisPins: [],
  alignment: { billablesMustAlign: true },
  activeFrom: formatInstant(subscription.activeFrom),
  ...(subscription.activeTo === null ? {} : { activeTo: formatInstant(subscription.activeTo) }),
  createdAt: formatInstant(subscription.createdAt),
  updatedAt: formatInstant(subscription.updatedAt),
  ...(subscription.deletedAt === null ? {} : { deletedAt: formatInstant(subscription.deletedAt) }),
});

/** With its phases and items, and the billing period that runs at the moment. */
export const toApiSubscriptionExpanded = (view: SubscriptionView): ApiSubscriptionExpanded => {
  const period = billingPeriodAt(view.subscription, view.at);
  return {
    ...toApiSubscription(view),
    alignment: {
      billablesMustAlign: true,
      ...(period === null ? {} : { currentAlignedBillingPeriod: toApiPeriod(period) }),
    },
    phases: toApiPhases(view),
  };
};

export const subscriptionPath: z.ZodObject<{ subscriptionId: typeof ulid }> = z.object({ subscriptionId: ulid });
