import type { PlanId, PriceModels, SettlementMode } from "@meter/catalog";
import { printRateCard } from "@meter/catalog";
import type { BilledSubscription } from "@meter/core";
import { formatDuration, instant, type Ulid } from "@meter/primitives";
import type {
  BilledUntil,
  PlanReference,
  Subscription,
  SubscriptionId,
  SubscriptionItem,
  SubscriptionItemId,
  SubscriptionPhase,
  SubscriptionPhaseId,
} from "@meter/subscriptions";
import type { RawBuilder, Selectable } from "kysely";
import {
  fromDbDuration,
  fromDbInstant,
  fromDbInstantOrNull,
  textArray,
  toDbInstant,
  toDbInstantOrNull,
  toDbJson,
  toDbJsonb,
} from "../columns.ts";
import type { DbColumns, SubscriptionsTable } from "../database.ts";
import { fromDbRateCard, toDbRateCard } from "../catalog/rate-card.ts";

/** The form in which `toDbSubscription` writes phases. Every form that was ever written can be read. */
const phasesVersion = 1;

type ChangingColumn = "name" | "description" | "metadata" | "active_from" | "active_to" | "updated_at" | "deleted_at";

export const toDbSubscription = (
  subscription: Subscription,
  billed: BilledUntil,
): DbColumns<"subscriptions", keyof SubscriptionsTable> => ({
  namespace: subscription.namespace,
  id: subscription.id,
  customer_id: subscription.customerId,
  plan_id: subscription.plan?.id ?? null,
  plan_key: subscription.plan?.key ?? null,
  plan_version: subscription.plan?.version ?? null,
  currency: subscription.currency,
  billing_cadence: formatDuration(subscription.billingCadence),
  billing_anchor: toDbInstant(subscription.billingAnchor),
  pro_rating_enabled: subscription.proRatingConfig.enabled,
  pro_rating_mode: subscription.proRatingConfig.mode,
  settlement_mode: subscription.settlementMode,
  phases_version: phasesVersion,
  phases: toDbJson(printPhases(subscription.phases)),
  feature_keys: textArray(featureKeysOf(subscription)),
  billed: toDbBilled(billed),
  created_at: toDbInstant(subscription.createdAt),
  ...toDbLife(subscription),
});

/** What of a subscription may change. */
export const toDbLife = (subscription: Subscription): DbColumns<"subscriptions", ChangingColumn> => ({
  name: subscription.name,
  description: subscription.description,
  metadata: toDbJson(subscription.metadata),
  active_from: toDbInstant(subscription.activeFrom),
  active_to: toDbInstantOrNull(subscription.activeTo),
  updated_at: toDbInstant(subscription.updatedAt),
  deleted_at: toDbInstantOrNull(subscription.deletedAt),
});

export const toDbBilled = (billed: BilledUntil): RawBuilder<unknown> => toDbJsonb(billed);

export const fromDbBilledSubscription = (
  row: Selectable<SubscriptionsTable>,
  models: PriceModels,
): BilledSubscription => ({ subscription: fromDbSubscription(row, models), billed: fromDbBilled(row.billed) });

/** Throws when the form of the phases is unknown, or a rate card is one that `models` cannot read. */
export const fromDbSubscription = (row: Selectable<SubscriptionsTable>, models: PriceModels): Subscription => ({
  id: row.id as SubscriptionId, // what toDbSubscription wrote, here and below
  namespace: row.namespace,
  customerId: row.customer_id as Ulid,
  name: row.name,
  description: row.description,
  metadata: row.metadata as Subscription["metadata"], // an object of texts, as it was written
  plan: fromDbPlanReference(row),
  currency: row.currency,
  billingCadence: fromDbDuration(row.billing_cadence),
  billingAnchor: fromDbInstant(row.billing_anchor),
  proRatingConfig: { enabled: row.pro_rating_enabled, mode: row.pro_rating_mode as "prorate_prices" }, // by subscriptions_pro_rating_mode_check
  settlementMode: row.settlement_mode as SettlementMode, // by subscriptions_settlement_mode_check
  phases: readPhases(row, models),
  activeFrom: fromDbInstant(row.active_from),
  activeTo: fromDbInstantOrNull(row.active_to),
  deletedAt: fromDbInstantOrNull(row.deleted_at),
  createdAt: fromDbInstant(row.created_at),
  updatedAt: fromDbInstant(row.updated_at),
});

const fromDbPlanReference = (row: Selectable<SubscriptionsTable>): PlanReference | null =>
  row.plan_id === null || row.plan_key === null || row.plan_version === null
    ? null
    : { id: row.plan_id as PlanId, key: row.plan_key, version: row.plan_version };

const fromDbBilled = (billed: unknown): BilledUntil =>
  Object.fromEntries(
    Object.entries(billed as BilledUntil).map(([itemKey, { until, isOpen }]) => [
      itemKey,
      { until: instant(until), isOpen },
    ]),
  );

const featureKeysOf = ({ phases }: Subscription): readonly string[] => [
  ...new Set(phases.flatMap(({ items }) => items.flatMap(({ rateCard }) => rateCard.featureKey ?? []))),
];

/** What `printPhase` writes into `phases`: durations as text, rate cards as in `plan_rate_cards`. */
export type DbPhase = Omit<SubscriptionPhase, "startAfter" | "items"> &
  Readonly<{ startAfter: string; items: readonly DbItem[] }>;

export type DbItem = Readonly<{
  id: string;
  key: string;
  version: number;
  definitionVersion: number;
  definition: unknown;
  activeFromOverride: string | null;
  activeToOverride: string | null;
}>;

export const printPhases = (phases: readonly SubscriptionPhase[]): readonly DbPhase[] => phases.map(printPhase);

/** Reads what `printPhases` writes, in every form that was ever written. */
export const readPhases = (
  row: Pick<Selectable<SubscriptionsTable>, "id" | "phases_version" | "phases">,
  models: PriceModels,
): readonly SubscriptionPhase[] => {
  if (row.phases_version !== phasesVersion) {
    throw new Error(
      `subscription ${row.id} is stored in form ${row.phases_version}, which this version does not know: run the version that wrote it, or a newer one`,
    );
  }
  return (row.phases as readonly DbPhase[]).map((phase) => readPhase(phase, { models, of: row.id })); // by its version
};

const printPhase = (phase: SubscriptionPhase): DbPhase => ({
  id: phase.id,
  key: phase.key,
  name: phase.name,
  description: phase.description,
  metadata: phase.metadata,
  startAfter: formatDuration(phase.startAfter),
  items: phase.items.map((item) => ({
    id: item.id,
    key: item.key,
    version: item.version,
    definitionVersion: toDbRateCard(item.rateCard).definition_version,
    definition: printRateCard(item.rateCard),
    activeFromOverride: item.activeFromOverride === null ? null : formatDuration(item.activeFromOverride),
    activeToOverride: item.activeToOverride === null ? null : formatDuration(item.activeToOverride),
  })),
});

type Reading = Readonly<{ models: PriceModels; of: string }>;

const readPhase = (phase: DbPhase, { models, of }: Reading): SubscriptionPhase => ({
  id: phase.id as SubscriptionPhaseId,
  key: phase.key,
  name: phase.name,
  description: phase.description,
  metadata: phase.metadata,
  startAfter: fromDbDuration(phase.startAfter),
  items: phase.items.map((item) =>
    readItem(item, { models, of: `rate card ${item.key} in phase ${phase.key} of subscription ${of}` }),
  ),
});

const readItem = (item: DbItem, reading: Reading): SubscriptionItem => ({
  id: item.id as SubscriptionItemId,
  key: item.key,
  version: item.version,
  rateCard: fromDbRateCard({ definition_version: item.definitionVersion, definition: item.definition }, reading),
  activeFromOverride: item.activeFromOverride === null ? null : fromDbDuration(item.activeFromOverride),
  activeToOverride: item.activeToOverride === null ? null : fromDbDuration(item.activeToOverride),
});
