import { z } from "@hono/zod-openapi";
import type { SubscriptionView } from "@meter/core";
import { formatDuration, formatInstant, groupBy, type Instant } from "@meter/primitives";
import { itemSpans, type ItemSpan, phaseSpans, type Span, type Subscription } from "@meter/subscriptions";
import { type ApiPrice, priceSchema } from "../catalog/plans/price.ts";
import {
  type ApiDiscounts,
  type ApiTaxConfig,
  type ApiUnitConfig,
  rateCardParts,
  toApiRateCard,
} from "../catalog/plans/rate-card.ts";

export type ApiSubscriptionItem = {
  id: string;
  key: string;
  name: string;
  description?: string | undefined;
  metadata: Record<string, string> | null;
  activeFrom: string;
  activeTo?: string | undefined;
  currency?: string | undefined;
  featureKey?: string | undefined;
  billingCadence: string | null;
  price: ApiPrice | null;
  discounts?: ApiDiscounts | undefined;
  unitConfig?: ApiUnitConfig | undefined;
  taxConfig?: ApiTaxConfig | undefined;
  createdAt: string;
  updatedAt: string;
};

export type ApiSubscriptionPhase = {
  id: string;
  key: string;
  name: string;
  description?: string | undefined;
  metadata: Record<string, string> | null;
  activeFrom: string;
  activeTo?: string | undefined;
  /** One version of each key: of the current phase the one in force, of a past one the last, of a future one the first. */
  items: ApiSubscriptionItem[];
  /** Every version, by key. */
  itemTimelines: Record<string, ApiSubscriptionItem[]>;
  createdAt: string;
  updatedAt: string;
};

const dateTime = z.string().openapi({ format: "date-time" });

const labels = {
  id: z.string(),
  key: z.string(),
  name: z.string(),
  description: z.string().optional(),
  metadata: z.record(z.string(), z.string()).nullable(),
  activeFrom: dateTime,
  activeTo: dateTime.optional(),
  createdAt: dateTime,
  updatedAt: dateTime,
};

const itemSchema: z.ZodType<ApiSubscriptionItem> = z
  .object({
    ...labels,
    currency: z.string().optional().openapi({ description: "Of one that has a price" }),
    featureKey: z.string().optional(),
    billingCadence: z.string().nullable().openapi({ format: "duration", description: "Null: once" }),
    price: priceSchema.nullable(),
    ...rateCardParts,
  })
  .openapi("SubscriptionItem");

export const subscriptionPhaseSchema: z.ZodType<ApiSubscriptionPhase> = z
  .object({
    ...labels,
    items: z.array(itemSchema).openapi({
      description:
        "One version of each key: of the current phase the one in force, of a past one the last, of a future one the first",
    }),
    itemTimelines: z.record(z.string(), z.array(itemSchema)).openapi({ description: "Every version, by key" }),
  })
  .openapi("SubscriptionPhaseExpanded");

/** Phases in time, as they look at an instant. */
export const toApiPhases = ({ subscription, at }: SubscriptionView): ApiSubscriptionPhase[] => {
  const items = itemSpans(subscription);
  const toItem = (of: ItemSpan): ApiSubscriptionItem => toApiItem(subscription, of);
  return phaseSpans(subscription).map(({ phase, span }) => {
    const byKey = groupBy(
      items.filter(({ path }) => path.phaseKey === phase.key),
      ({ item }) => item.key,
    );
    return {
      id: phase.id,
      key: phase.key,
      name: phase.name,
      ...(phase.description === null ? {} : { description: phase.description }),
      metadata: phase.metadata === null ? null : { ...phase.metadata },
      ...toApiSpan(span),
      items: [...byKey.values()].flatMap((versions) => {
        const shown = pickVersion(versions, { span, at });
        return shown === undefined ? [] : [toItem(shown)];
      }),
      itemTimelines: Object.fromEntries([...byKey].map(([key, versions]) => [key, versions.map(toItem)])),
      ...datesOf(subscription),
    };
  });
};

const pickVersion = (
  versions: readonly ItemSpan[],
  { span, at }: Readonly<{ span: Span; at: Instant }>,
): ItemSpan | undefined => {
  if (at < span.start) return versions[0];
  if (span.end !== null && span.end <= at) return versions.at(-1);
  return versions.find((version) => version.span.start <= at && (version.span.end === null || at < version.span.end));
};

const toApiItem = (subscription: Subscription, { item, span }: ItemSpan): ApiSubscriptionItem => {
  const { rateCard } = item;
  const { key, name, description, featureKey, discounts, unitConfig, taxConfig, price } = toApiRateCard(rateCard);
  return {
    id: item.id,
    key,
    name,
    ...(description === undefined ? {} : { description }),
    metadata: rateCard.metadata === null ? null : { ...rateCard.metadata },
    ...toApiSpan(span),
    ...(rateCard.price === null ? {} : { currency: subscription.currency }),
    ...(featureKey === undefined ? {} : { featureKey }),
    billingCadence: rateCard.billingCadence === null ? null : formatDuration(rateCard.billingCadence),
    price: price ?? null,
    ...(discounts === undefined ? {} : { discounts }),
    ...(unitConfig === undefined ? {} : { unitConfig }),
    ...(taxConfig === undefined ? {} : { taxConfig }),
    ...datesOf(subscription),
  };
};

/** Phases and items come with the subscription, and change with it. */
const datesOf = ({ createdAt, updatedAt }: Subscription): { createdAt: string; updatedAt: string } => ({
  createdAt: formatInstant(createdAt),
  updatedAt: formatInstant(updatedAt),
});

const toApiSpan = ({ start, end }: Span): { activeFrom: string; activeTo?: string } => ({
  activeFrom: formatInstant(start),
  ...(end === null ? {} : { activeTo: formatInstant(end) }),
});
