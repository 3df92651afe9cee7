import { checkFeatureMeter, type PriceModels } from "@meter/catalog";
import type { BilledSubscription, SubscriptionOrder } from "@meter/core";
import type { Instant } from "@meter/primitives";
import type { BilledUntil, Subscription, SubscriptionId } from "@meter/subscriptions";
import { nothingBilled } from "@meter/subscriptions";
import { assert } from "@meter/primitives";
import { isStorable, textArray, toDbInstant } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import { lockFeatures } from "../catalog/features/lock-features.ts";
import {
  fromDbBilledSubscription,
  fromDbSubscription,
  toDbBilled,
  toDbLife,
  toDbSubscription,
} from "./db-subscription.ts";

/**
 * Throws when a feature of it was archived meanwhile, or the meter below one that is billed by usage is gone: neither can
 * happen until the transaction ends.
 */
export const insertSubscription = async (tx: Tx, subscription: Subscription): Promise<void> => {
  const cards = subscription.phases.flatMap(({ items }) => items.map(({ rateCard }) => rateCard));
  const keys = cards.flatMap(({ featureKey }) => featureKey ?? []);
  const { features, meters } = await lockFeatures(tx, subscription.namespace, [...new Set(keys)]);
  for (const { featureKey, price } of cards) {
    const feature = features.get(featureKey ?? "");
    if (feature === undefined) continue;
    assert(feature.archivedAt === null, `the feature ${feature.key} is not archived when it is subscribed to`);
    const isUsageBased = price !== null && price.paymentTerm === undefined;
    if (!isUsageBased || feature.meterKey === null) continue;
    const meter = meters.get(feature.meterKey);
    assert(
      meter !== undefined && checkFeatureMeter(feature, meter).length === 0,
      `the meter ${feature.meterKey} of the feature ${feature.key} is there when it is subscribed to`,
    );
  }
  await tx.insertInto("subscriptions").values(toDbSubscription(subscription, nothingBilled)).execute();
};

/** Throws when it is not there, or another customer's. */
export const updateSubscription = async (tx: Tx, subscription: Subscription): Promise<void> => {
  const { numUpdatedRows } = await tx
    .updateTable("subscriptions")
    .set(toDbLife(subscription))
    .where("namespace", "=", subscription.namespace)
    .where("id", "=", subscription.id)
    .where("customer_id", "=", subscription.customerId)
    .executeTakeFirstOrThrow();
  assert(numUpdatedRows === 1n, `the subscription ${subscription.id} is there and this customer's`);
};

type Customer = Readonly<{ namespace: string; customerId: string }>;

export const setBilled = async (
  tx: Tx,
  { namespace, customerId, id, billed }: Customer & Readonly<{ id: SubscriptionId; billed: BilledUntil }>,
): Promise<void> => {
  const { numUpdatedRows } = await tx
    .updateTable("subscriptions")
    .set({ billed: toDbBilled(billed) })
    .where("namespace", "=", namespace)
    .where("id", "=", id)
    .where("customer_id", "=", customerId)
    .executeTakeFirstOrThrow();
  assert(numUpdatedRows === 1n, `the subscription ${id} is there and this customer's`);
};

export const listBilledSubscriptions = async (
  tx: Db,
  { namespace, customerId, models }: Customer & Readonly<{ models: PriceModels }>,
): Promise<readonly BilledSubscription[]> => {
  const rows = await tx
    .selectFrom("subscriptions")
    .selectAll()
    .where("namespace", "=", namespace)
    .where("customer_id", "=", customerId)
    .where("deleted_at", "is", null)
    .orderBy("active_from")
    .orderBy("id")
    .execute();
  return rows.map((row) => fromDbBilledSubscription(row, models));
};

/** Deleted ones, too. */
export const findSubscription = async (
  db: Db,
  { namespace, id, models }: Readonly<{ namespace: string; id: string; models: PriceModels }>,
): Promise<Subscription | null> => {
  if (!isStorable(namespace) || !isStorable(id)) return null;
  const row = await db
    .selectFrom("subscriptions")
    .selectAll()
    .where("namespace", "=", namespace)
    .where("id", "=", id)
    .executeTakeFirst();
  return row === undefined ? null : fromDbSubscription(row, models);
};

/** What has no end ends after everything else. Equal instants are ordered by id. */
export const listSubscriptions = async (
  db: Db,
  { namespace, customerId, order, models }: Customer & Readonly<{ order: SubscriptionOrder; models: PriceModels }>,
): Promise<readonly Subscription[]> => {
  if (!isStorable(namespace) || !isStorable(customerId)) return [];
  const rows = await db
    .selectFrom("subscriptions")
    .selectAll()
    .where("namespace", "=", namespace)
    .where("customer_id", "=", customerId)
    .where("deleted_at", "is", null)
    .orderBy(order.by === "activeFrom" ? "active_from" : "active_to", order.direction)
    .orderBy("id", order.direction)
    .execute();
  return rows.map((row) => fromDbSubscription(row, models));
};

/**
 * Those that name the feature in any of their phases and are not over at that instant, or whose customer still has something
 * due: the last usage of what is over may be still to be read. In a transaction that has locked the feature, or its meter, it
 * is decided in one step with the beginning of subscriptions.
 */
export const findSubscriptionUses = async (
  db: Db,
  { namespace, featureKey, at }: Readonly<{ namespace: string; featureKey: string; at: Instant }>,
): Promise<readonly SubscriptionId[]> => {
  if (!isStorable(namespace) || !isStorable(featureKey)) return [];
  const rows = await db
    .selectFrom("subscriptions")
    .select("id")
    .where("namespace", "=", namespace)
    .where("deleted_at", "is", null)
    .where("feature_keys", "@>", textArray([featureKey]))
    .where((is) =>
      is.or([
        is("active_to", "is", null),
        is("active_to", ">", toDbInstant(at)),
        is.exists(
          is
            .selectFrom("customer_billing")
            .select("due_at")
            .whereRef("customer_billing.namespace", "=", "subscriptions.namespace")
            .whereRef("customer_billing.customer_id", "=", "subscriptions.customer_id")
            .where("due_at", "is not", null),
        ),
      ]),
    )
    .orderBy("id")
    .limit(usesMax)
    .execute();
  return rows.map(({ id }) => id as SubscriptionId); // what toDbSubscription wrote
};

/** Enough to say who is in the way. */
const usesMax = 20;
