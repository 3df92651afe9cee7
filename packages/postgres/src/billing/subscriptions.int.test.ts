import { setTimeout } from "node:timers/promises";
import {
  type Feature,
  type FeatureId,
  type Meter,
  noCommitments,
  noDiscounts,
  type Price,
  type RateCard,
} from "@meter/catalog";
import type { Customer } from "@meter/core";
import { dec, err, ok, zeroDuration } from "@meter/primitives";
import { describe, expect, test } from "vitest";
import { at, toBuild, toCustomer, toMeter } from "../fixtures.test-support.ts";
import { usePostgres } from "../use-postgres.test-support.ts";
import { nextId, toItem, toPhase, toRateCard, toSubscription } from "./fixtures.test-support.ts";

const postgres = usePostgres();

const createCustomer = async (fields: Partial<Customer> = {}): Promise<Customer> => {
  const customer = toCustomer({ namespace: nextId(), ...fields });
  await postgres().store.customers.create(customer);
  return customer;
};

const tiny = dec("0.000000000000000000000000000001");
const tiers = [
  { upTo: dec("99999999999999999999999999999999999999.5"), unitAmount: tiny, flatAmount: null },
  { upTo: null, unitAmount: dec("0.1"), flatAmount: dec("3.33") },
];

const prices: readonly Readonly<{ type: string; [member: string]: unknown }>[] = [
  { type: "flat", amount: dec("123456789012345678901234567890.12"), paymentTerm: "in_advance" },
  { type: "unit", amount: tiny },
  { type: "graduated", tiers },
  { type: "volume", tiers },
  { type: "package", amount: dec("0"), quantityPerPackage: dec("0.3") },
  { type: "dynamic", multiplier: dec("1.000000000000000000000000000001") },
];

describe("subscriptions", () => {
  test("come back as they were written: every price model, every member", async () => {
    const customer = await createCustomer();
    const cards: readonly RateCard[] = [
      ...prices.map((price) => toRateCard(price as Price, { key: price.type, featureKey: price.type })),
      toRateCard(null, { key: "free", billingCadence: null, description: "nothing" }),
      toRateCard({ type: "unit", amount: dec("2") } as Price, {
        key: "all",
        metadata: { "a b": '"😀"' },
        discounts: {
          ...noDiscounts,
          percentage: { percentage: dec("33.333333"), correlationId: "01J" },
          usage: { quantity: dec("0.5"), correlationId: null },
        },
        commitments: { ...noCommitments, minimumAmount: dec("0.01"), maximumAmount: dec("99999999.99") },
        unitConfig: {
          operation: "divide",
          conversionFactor: dec("1024"),
          rounding: "ceiling",
          precision: 3,
          displayUnit: "GiB",
        },
        taxConfig: { behavior: "inclusive", taxCodeId: null, stripe: { code: "txcd_10000000" }, customInvoicing: null },
      }),
    ];
    const trial = toPhase([], { key: "trial", description: "two weeks", metadata: { k: "v" } });
    const paid = toPhase(
      [
        ...cards.map((card) => toItem(card)),
        toItem(cards[0] ?? toRateCard(null), {
          version: 1,
          activeFromOverride: { ...zeroDuration, days: 3 },
          activeToOverride: { ...zeroDuration, months: 2, days: -1 },
        }),
      ],
      { startAfter: { ...zeroDuration, weeks: 2 } },
    );
    const written = [
      toSubscription(customer, {
        phases: [trial, paid],
        description: "d",
        metadata: { b: "1", a: "2" },
        billingAnchor: at(-12_345),
        activeFrom: at(1),
        activeTo: at(1),
        settlementMode: "credit_only",
        proRatingConfig: { enabled: false, mode: "prorate_prices" },
      }),
      toSubscription(customer, { plan: null, activeFrom: at(2), currency: "JPY" }),
    ];
    await postgres().store.billing.withCustomer(customer.namespace, customer.id, async (tx) => {
      for (const subscription of written) await tx.insertSubscription(subscription);
    });
    for (const subscription of written)
      expect(await postgres().store.billing.findSubscription(customer.namespace, subscription.id)).toEqual(
        subscription,
      );
    expect(await postgres().store.billing.findSubscription(nextId(), written[0]?.id ?? "")).toBeNull();
    expect(await postgres().store.billing.findSubscription(customer.namespace, "\0")).toBeNull();
  });

  test("life and labels change, what is billed is kept, phases stay; a deleted one is found and not listed", async () => {
    const customer = await createCustomer();
    const { billing } = postgres().store;
    const { namespace, id: customerId } = customer;
    const subscription = toSubscription(customer);
    const itemKey = `${subscription.id}/default/tokens/v[0]`;
    await billing.withCustomer(namespace, customerId, async (tx) => {
      await tx.insertSubscription(subscription);
      expect(await tx.listSubscriptions()).toEqual([{ subscription, billed: {} }]);
      await tx.setBilled(subscription.id, { [itemKey]: { until: at(5), isOpen: true } });
    });
    const ended = { ...subscription, name: "New", metadata: {}, activeTo: at(9_000), updatedAt: at(7) };
    await billing.withCustomer(namespace, customerId, async (tx) => {
      await tx.updateSubscription({ ...ended, phases: [] });
      expect(await tx.listSubscriptions()).toEqual([
        { subscription: ended, billed: { [itemKey]: { until: at(5), isOpen: true } } },
      ]);
      await tx.updateSubscription({ ...ended, deletedAt: at(8) });
      expect(await tx.listSubscriptions()).toEqual([]);
    });
    expect(await billing.findSubscription(namespace, subscription.id)).toEqual({ ...ended, deletedAt: at(8) });
    expect(await billing.listSubscriptions(namespace, customerId, { by: "activeFrom", direction: "asc" })).toEqual([]);
  });

  test("are listed by start or end, either way; what has no end ends last", async () => {
    const customer = await createCustomer();
    const other = await createCustomer({ namespace: customer.namespace });
    const { billing } = postgres().store;
    const [a, b, c] = [
      toSubscription(customer, { activeFrom: at(3_000), activeTo: null }),
      toSubscription(customer, { activeFrom: at(1_000), activeTo: at(9_000) }),
      toSubscription(customer, { activeFrom: at(2_000), activeTo: at(8_000) }),
    ];
    await billing.withCustomer(customer.namespace, customer.id, async (tx) => {
      for (const subscription of [a, b, c]) await tx.insertSubscription(subscription);
    });
    await billing.withCustomer(other.namespace, other.id, (tx) => tx.insertSubscription(toSubscription(other)));
    const list = async (by: "activeFrom" | "activeTo", direction: "asc" | "desc") =>
      (await billing.listSubscriptions(customer.namespace, customer.id, { by, direction })).map(({ id }) => id);
    expect(await list("activeFrom", "asc")).toEqual([b.id, c.id, a.id]);
    expect(await list("activeFrom", "desc")).toEqual([a.id, c.id, b.id]);
    expect(await list("activeTo", "asc")).toEqual([c.id, b.id, a.id]);
    expect(await list("activeTo", "desc")).toEqual([a.id, b.id, c.id]);
  });

  test("of another customer are refused, and nothing is written", async () => {
    const [customer, other] = [await createCustomer(), await createCustomer()];
    const { billing } = postgres().store;
    const mine = toSubscription(customer);
    await billing.withCustomer(customer.namespace, customer.id, (tx) => tx.insertSubscription(mine));
    const asOther = <T>(work: Parameters<typeof billing.withCustomer<T>>[2]) =>
      billing.withCustomer(other.namespace, other.id, work);
    await expect(asOther((tx) => tx.insertSubscription(toSubscription(customer)))).rejects.toThrow("held customer");
    await expect(asOther((tx) => tx.updateSubscription({ ...mine, name: "x" }))).rejects.toThrow("held customer");
    await expect(asOther((tx) => tx.setBilled(mine.id, {}))).rejects.toThrow("this customer's");
    expect(await billing.findSubscription(customer.namespace, mine.id)).toEqual(mine);
  });

  test("a feature is subscribed in any phase, until the end, which does not count", async () => {
    const customer = await createCustomer();
    const { namespace } = customer;
    const { billing } = postgres().store;
    const using = (featureKey: string) =>
      toPhase([toItem(toRateCard(null, { key: featureKey, featureKey }))], { key: featureKey });
    const deleted = toSubscription(customer, { phases: [using("gone")], deletedAt: at(0) });
    await billing.withCustomer(namespace, customer.id, async (tx) => {
      await tx.insertSubscription(toSubscription(customer, { phases: [using("a"), using("b")], activeTo: at(1_000) }));
      await tx.insertSubscription(toSubscription(customer, { phases: [using("c")], activeFrom: at(99_000) }));
      await tx.insertSubscription(deleted);
    });
    expect(await billing.isFeatureSubscribed(namespace, "a", at(999))).toBe(true);
    expect(await billing.isFeatureSubscribed(namespace, "b", at(999))).toBe(true);
    expect(await billing.isFeatureSubscribed(namespace, "b", at(1_000))).toBe(false);
    expect(await billing.isFeatureSubscribed(namespace, "c", at(0))).toBe(true);
    expect(await billing.isFeatureSubscribed(namespace, "gone", at(0))).toBe(false);
    expect(await billing.isFeatureSubscribed(nextId(), "c", at(0))).toBe(false);
    expect(await billing.isFeatureSubscribed(namespace, "\0", at(0))).toBe(false);
  });
});

describe("a subscription that is over, whose customer still has something due", () => {
  const price = { type: "unit", amount: dec("1") } as Price;
  const setUp = async () => {
    const customer = await createCustomer();
    const { namespace } = customer;
    const { billing, features, meters } = postgres().store;
    const meter = toMeter({ namespace, groupBy: { model: "$.model", free: "$.free" } });
    await meters.create(meter, toBuild(meter));
    const feature: Feature = {
      id: nextId<FeatureId>(),
      namespace,
      key: "calls",
      name: "Calls",
      description: null,
      metadata: null,
      meterKey: meter.key,
      meterGroupByFilters: { model: { op: "eq", value: "a" } },
      createdAt: at(0),
      updatedAt: at(0),
      archivedAt: null,
    };
    await features.create(feature);
    const subscription = toSubscription(customer, {
      phases: [toPhase([toItem(toRateCard(price, { featureKey: "calls" }))])],
      activeTo: at(1_000),
    });
    const deleteMeter = () => meters.delete(namespace, meter.id, { deletedAt: at(5_000), buildsEndedAt: at(5_000) });
    const regroup = (groupBy: Meter["groupBy"]) =>
      meters.update(namespace, meter.id, {
        labels: { name: "New", description: null, metadata: null },
        groupBy,
        updatedAt: at(5_000),
        build: toBuild({ ...meter, groupBy }),
        endedAt: at(5_000),
      });
    const hold = <T>(work: Parameters<typeof billing.withCustomer<T>>[2]) =>
      billing.withCustomer(namespace, customer.id, work);
    const subscribe = () =>
      hold(async (tx) => {
        await tx.insertSubscription(subscription);
        await tx.setDue(at(2_000));
      });
    return { namespace, billing, features, feature, subscription, subscribe, deleteMeter, regroup, hold };
  };

  test("keeps its feature and its meter, until it is billed", async () => {
    const { namespace, billing, features, feature, subscription, subscribe, deleteMeter, regroup, hold } =
      await setUp();
    await subscribe();
    const uses = [{ type: "subscription", id: subscription.id }];
    const inUse = { type: "meter_in_use", meter: "tokens", feature: "calls", uses };
    expect(await billing.isFeatureSubscribed(namespace, "calls", at(5_000))).toBe(true);
    expect(await features.archive(namespace, feature.id, at(5_000))).toEqual(
      err({ type: "feature_in_use", feature: "calls", uses }),
    );
    expect(await deleteMeter()).toEqual(err({ ...inUse, dimension: null }));
    expect(await regroup({ model: "$.other" })).toEqual(err({ ...inUse, dimension: "model" }));
    expect((await regroup({ model: "$.model" }))?.ok).toBe(true);
    await hold((tx) => tx.setDue(null));
    expect(await billing.isFeatureSubscribed(namespace, "calls", at(5_000))).toBe(false);
    expect(await deleteMeter()).toEqual(ok(null));
    expect((await features.archive(namespace, feature.id, at(5_000)))?.ok).toBe(true);
  });

  test("a deletion that comes while it begins waits, and is refused", async () => {
    const { subscription, deleteMeter, hold } = await setUp();
    const deletions: ReturnType<typeof deleteMeter>[] = [];
    await hold(async (tx) => {
      await tx.insertSubscription({ ...subscription, activeTo: null });
      deletions.push(deleteMeter());
      await setTimeout(100);
    });
    expect(await deletions[0]).toMatchObject({ ok: false, error: { type: "meter_in_use" } });
  });

  test("begins neither after the meter is gone, nor without the dimension of its filter", async () => {
    const gone = await setUp();
    await gone.deleteMeter();
    await expect(gone.subscribe()).rejects.toThrow("the meter tokens of the feature calls is there");
    const regrouped = await setUp();
    await regrouped.regroup({});
    await expect(regrouped.subscribe()).rejects.toThrow("the meter tokens of the feature calls is there");
  });

  test("of a beginning and a deletion at once exactly one succeeds", async () => {
    for (let round = 0; round < 10; round++) {
      const { subscribe, deleteMeter } = await setUp();
      const [subscribed, deleted] = await Promise.allSettled([subscribe(), deleteMeter()]);
      const isDeleted = deleted.status === "fulfilled" && deleted.value?.ok === true;
      expect(isDeleted).toBe(subscribed.status === "rejected");
    }
  });
});
