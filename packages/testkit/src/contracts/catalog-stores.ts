import {
  builtInPriceModels,
  decidePublishPlan,
  type Feature,
  type FeatureId,
  type Meter,
  type MeterId,
  meterLimits,
  noCommitments,
  noDiscounts,
  parsePrice,
  type Plan,
  type PlanId,
  type RateCard,
} from "@meter/catalog";
import type { FeatureStore, MeterStore, PlanChange, PlanDraft, PlanStore } from "@meter/core";
import { createMeterBuild } from "@meter/core";
import {
  assert,
  createUlid,
  err,
  type Instant,
  instant,
  ok,
  parseDuration,
  type Result,
  type Ulid,
} from "@meter/primitives";
import { beforeEach, describe, expect, test } from "vitest";

export type CatalogStores = Readonly<{ features: FeatureStore; plans: PlanStore; meters: MeterStore }>;

const start = Date.UTC(2026, 0, 1);
const at = (ms: number): Instant => instant(start + ms);

let count = 0;
/** Each id sorts after the ones before it. */
const nextId = (): Ulid => createUlid(instant(start + count++), crypto.getRandomValues(new Uint8Array(10)));

const duration = (text: string) => {
  const parsed = parseDuration(text);
  assert(parsed.ok, text);
  return parsed.value;
};

const price = (definition: object) => {
  const parsed = parsePrice(builtInPriceModels, definition);
  assert(parsed.ok, "a price");
  return parsed.value;
};

/** What every pair of `FeatureStore` and `PlanStore` does. Each test has a namespace of its own. */
export const describeCatalogStores = (name: string, storesOf: () => CatalogStores): void => {
  describe(`catalog stores: ${name}`, () => {
    let namespace = "";
    let [features, plans, meters] = [] as unknown as [FeatureStore, PlanStore, MeterStore];
    beforeEach(() => {
      ({ features, plans, meters } = storesOf());
      namespace = `n${nextId().toLowerCase()}`;
    });

    const toFeature = (fields: Partial<Feature> = {}): Feature => ({
      id: nextId() as FeatureId,
      namespace,
      key: "tokens",
      name: "Tokens",
      description: null,
      metadata: null,
      meterKey: null,
      meterGroupByFilters: {},
      createdAt: at(0),
      updatedAt: at(0),
      archivedAt: null,
      ...fields,
    });

    const toRateCard = (fields: Partial<RateCard> = {}): RateCard => ({
      key: "tokens",
      name: "Tokens",
      description: null,
      metadata: null,
      featureKey: "tokens",
      billingCadence: duration("P1M"),
      price: price({ type: "unit", amount: "0.00003" }),
      discounts: noDiscounts,
      unitConfig: null,
      commitments: noCommitments,
      taxConfig: null,
      ...fields,
    });

    const toDraft = (fields: Partial<PlanDraft> = {}): PlanDraft => ({
      id: nextId() as PlanId,
      namespace,
      key: "pro",
      name: "Pro",
      description: null,
      metadata: null,
      currency: "USD",
      billingCadence: duration("P1M"),
      proRatingConfig: { enabled: true, mode: "prorate_prices" },
      settlementMode: "credit_then_invoice",
      phases: [
        {
          key: "default",
          name: "Default",
          description: null,
          metadata: null,
          duration: null,
          rateCards: [toRateCard()],
        },
      ],
      createdAt: at(0),
      ...fields,
    });

    const createFeature = async (fields: Partial<Feature> = {}): Promise<Feature> => {
      const feature = toFeature(fields);
      expect(await features.create(feature)).toEqual({ ok: true, value: feature });
      return feature;
    };

    const createPlan = async (fields: Partial<PlanDraft> = {}): Promise<Plan> => {
      const created = await plans.create(toDraft(fields));
      assert(created.ok, "a created plan");
      return created.value;
    };

    const createMeter = async (fields: Partial<Meter> = {}): Promise<Meter> => {
      const meter: Meter = {
        id: nextId() as MeterId,
        namespace,
        key: "all_tokens",
        name: "All tokens",
        description: null,
        metadata: null,
        eventType: "prompt",
        aggregation: "sum",
        valueProperty: "$.tokens",
        groupBy: { model: "$.model" },
        eventFrom: null,
        createdAt: at(0),
        updatedAt: at(0),
        deletedAt: null,
        ...fields,
      };
      expect((await meters.create(meter, createMeterBuild({ ulid: nextId }, namespace, meter))).ok).toBe(true);
      return meter;
    };

    type Answer = Awaited<ReturnType<PlanStore["change"]>>;
    const change = (id: PlanId, made: PlanChange): Promise<Answer> => plans.change(namespace, id, () => ok(made));
    const publish = async ({ id }: Plan, effectiveFrom: Instant): Promise<Plan> => {
      const published = await plans.change<never>(namespace, id, ({ others }) =>
        ok({
          type: "plan_published",
          planId: id,
          effectiveFrom,
          superseded: others.find((other) => other.effectiveFrom !== null && other.effectiveTo === null)?.id ?? null,
        }),
      );
      assert(published?.ok === true, "a published plan");
      return published.value;
    };

    describe("meters", () => {
      const tryMeter = async (key: string, eventType: string) => {
        const meter = { ...template, id: nextId() as MeterId, namespace, key, name: key, eventType };
        return meters.create(meter, createMeterBuild({ ulid: nextId }, namespace, meter));
      };
      const template: Omit<Meter, "id" | "namespace" | "key" | "name" | "eventType"> = {
        description: null,
        metadata: null,
        aggregation: "count",
        valueProperty: null,
        groupBy: {},
        eventFrom: null,
        createdAt: at(0),
        updatedAt: at(0),
        deletedAt: null,
      };

      test("an event type takes so many live meters and no more, also when they come at once", async () => {
        const max = meterLimits.perEventTypeMax;
        const made = await Promise.all(Array.from({ length: max + 5 }, (_, n) => tryMeter(`m${n}`, "busy")));
        const refused = made.filter(({ ok: isMade }) => !isMade);
        expect(refused).toEqual(Array(5).fill(err({ type: "too_many_meters", eventType: "busy", max })));
        expect((await tryMeter("other", "quiet")).ok).toBe(true);
        const first = made.find((one) => one.ok)?.value;
        assert(first !== undefined, "some were made");
        expect(await tryMeter(first.key, "busy")).toMatchObject(err({ type: "conflict", conflictingId: first.id }));
        await meters.delete(namespace, first.id, { deletedAt: at(1), buildsEndedAt: at(1) });
        expect((await tryMeter(first.key, "busy")).ok).toBe(true);
        expect(await tryMeter("once_more", "busy")).toMatchObject(err({ type: "too_many_meters" }));
      });

      test("the meters of an event type have so many dimensions together and no more, also by an update", async () => {
        const groupByOf = (count: number) =>
          Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, `$.k${n}`]));
        const wide = async (key: string, count: number, eventType = "wide") => {
          const meter = {
            ...template,
            groupBy: groupByOf(count),
            id: nextId() as MeterId,
            namespace,
            key,
            name: key,
            eventType,
          };
          return { meter, made: await meters.create(meter, createMeterBuild({ ulid: nextId }, namespace, meter)) };
        };
        const max = meterLimits.dimensionsPerEventTypeMax;
        const refused = err({ type: "too_many_dimensions", eventType: "wide", max });
        const made = await Promise.all(Array.from({ length: 10 }, (_, n) => wide(`w${n}`, 55)));
        expect(made.map((one) => one.made).filter((one) => !one.ok)).toEqual([refused]);
        expect((await wide("other", 64, "other")).made.ok).toBe(true);
        expect((await wide("none", 0)).made.ok).toBe(true);
        const held = made.find((one) => one.made.ok)?.meter;
        assert(held !== undefined, "some were made");
        const update = (count: number) => {
          const groupBy = groupByOf(count);
          const build = createMeterBuild({ ulid: nextId }, namespace, { ...held, groupBy });
          return meters.update(namespace, held.id, { labels: held, groupBy, updatedAt: at(1), build, endedAt: at(1) });
        };
        expect(await update(61)).toEqual(refused);
        expect(await update(60)).toMatchObject({ ok: true });
      });

      test("so does a namespace, whatever the types", async () => {
        const max = meterLimits.perNamespaceMax;
        const tries = Array.from({ length: max + 1 }, (_, n) => tryMeter(`m${n}`, `type ${n % 50}`));
        const refused = (await Promise.all(tries)).filter(({ ok: isMade }) => !isMade);
        expect(refused).toEqual([err({ type: "too_many_meters", eventType: null, max })]);
      });
    });

    describe("features", () => {
      test("every field comes back, by id and by key", async () => {
        const feature = await createFeature({
          name: "Ångström \u{1F9FE}",
          description: "two\nlines",
          metadata: { z: "last", a: "first" },
          meterKey: "all_tokens",
          meterGroupByFilters: { zone: { op: "in", values: ["a", "b"] }, b: { op: "eq", value: "" } },
          createdAt: at(1),
          updatedAt: at(2),
        });
        expect(await features.find(namespace, feature.id)).toEqual(feature);
        expect(await features.find(namespace, feature.key)).toEqual(feature);
        expect(await features.find(namespace, "other")).toBeNull();
        expect(await features.find("another", feature.id)).toBeNull();
      });

      test("a key belongs to one feature until that is archived; then by key the newer one is found", async () => {
        const first = await createFeature();
        const second = toFeature();
        expect(await features.create(second)).toEqual({
          ok: false,
          error: {
            type: "conflict",
            message: 'a feature with key "tokens" exists already',
            conflictingId: first.id,
          },
        });
        const archived = { ...first, archivedAt: at(5), updatedAt: at(5) };
        expect(await features.archive(namespace, first.id, at(5))).toEqual({ ok: true, value: archived });
        expect(await features.find(namespace, "tokens")).toEqual(archived);
        expect(await features.archive(namespace, first.id, at(9))).toEqual({ ok: true, value: archived });
        const third = await createFeature();
        expect(await features.find(namespace, "tokens")).toEqual(third);
        expect(await features.find(namespace, first.id)).toEqual(archived);
      });

      test("archiving what does not exist answers null", async () => {
        expect(await features.archive(namespace, nextId() as FeatureId, at(0))).toBeNull();
      });

      test("lists in order, by meter, with and without archived ones, in parts", async () => {
        const a = await createFeature({ key: "a", name: "Z", meterKey: "m1", createdAt: at(3) });
        const b = await createFeature({ key: "b", name: "Z", meterKey: "m2", createdAt: at(1) });
        const c = await createFeature({ key: "c", name: "Y", createdAt: at(2) });
        await features.archive(namespace, b.id, at(9));
        const list = async (options: Partial<Parameters<FeatureStore["list"]>[1]> = {}) => {
          const page = await features.list(namespace, {
            includeArchived: true,
            order: { by: "key", direction: "asc" },
            limit: 10,
            offset: 0,
            ...options,
          });
          return [page.items.map(({ key }) => key).join(" "), page.totalCount];
        };
        expect(await list()).toEqual(["a b c", 3]);
        expect(await list({ includeArchived: false })).toEqual(["a c", 2]);
        expect(await list({ meterKeys: ["m2", "m1"] })).toEqual(["a b", 2]);
        expect(await list({ meterKeys: [] })).toEqual(["", 0]);
        expect(await list({ order: { by: "createdAt", direction: "desc" } })).toEqual(["a c b", 3]);
        expect(await list({ order: { by: "name", direction: "desc" } })).toEqual(["b a c", 3]);
        expect(await list({ order: { by: "id", direction: "asc" }, limit: 1, offset: 1 })).toEqual(["b", 3]);
        expect([a, c].every(({ archivedAt }) => archivedAt === null)).toBe(true);
      });

      test("while a plan on offer or to come names it, a feature cannot be archived", async () => {
        const feature = await createFeature();
        const plan = await createPlan();
        const published = await publish(plan, at(10));
        const inUse = {
          ok: false,
          error: {
            type: "feature_in_use",
            feature: "tokens",
            uses: [{ type: "plan", id: plan.id, key: "pro", version: 1 }],
          },
        };
        expect(await features.archive(namespace, feature.id, at(9))).toEqual(inUse); // scheduled
        expect(await features.archive(namespace, feature.id, at(10))).toEqual(inUse);
        await change(plan.id, { type: "plan_archived", planId: published.id, effectiveTo: at(20) });
        expect(await features.archive(namespace, feature.id, at(19))).toEqual(inUse);
        expect((await features.find(namespace, feature.id))?.archivedAt).toBeNull();
        expect((await features.archive(namespace, feature.id, at(20)))?.ok).toBe(true); // the end does not belong to it
      });

      describe("a meter below a feature in use", () => {
        const deleteAt = (meter: Meter, instantOf: Instant) =>
          meters.delete(namespace, meter.id, { deletedAt: instantOf, buildsEndedAt: instantOf });
        const regroupAt = (meter: Meter, groupBy: Meter["groupBy"], updatedAt: Instant) =>
          meters.update(namespace, meter.id, {
            labels: { name: "New", description: null, metadata: null },
            groupBy,
            updatedAt,
            build: createMeterBuild({ ulid: nextId }, namespace, { ...meter, groupBy }),
            endedAt: updatedAt,
          });
        const inUse = (dimension: string | null, plan: Plan) => ({
          ok: false,
          error: {
            type: "meter_in_use",
            meter: "all_tokens",
            feature: "tokens",
            dimension,
            uses: [{ type: "plan", id: plan.id, key: "pro", version: 1 }],
          },
        });

        test("is not deleted while a plan on offer or to come names the feature", async () => {
          const meter = await createMeter();
          await createFeature({ key: "a_free_one", meterKey: meter.key });
          await createFeature({ meterKey: meter.key });
          const plan = await createPlan();
          const published = await publish(plan, at(10));
          expect(await deleteAt(meter, at(9))).toEqual(inUse(null, plan));
          await change(plan.id, { type: "plan_archived", planId: published.id, effectiveTo: at(20) });
          expect(await deleteAt(meter, at(19))).toEqual(inUse(null, plan));
          expect((await meters.find(namespace, meter.id))?.meter).toEqual(meter);
          expect(await deleteAt(meter, at(20))).toEqual(ok(null));
        });

        test("is deleted below features that nothing uses, archived ones, and those of other meters", async () => {
          const meter = await createMeter();
          const archived = await createFeature({ meterKey: meter.key });
          await features.archive(namespace, archived.id, at(1));
          await createFeature({ meterKey: "another" });
          await createFeature({ key: "unused", meterKey: meter.key });
          await publish(await createPlan(), at(10));
          expect(await deleteAt(meter, at(10))).toEqual(ok(null));
        });

        test("keeps the path of a dimension that the feature filters on, and no other", async () => {
          const meter = await createMeter({ groupBy: { free: "$.free", model: "$.model" } });
          await createFeature({ meterKey: meter.key, meterGroupByFilters: { model: { op: "eq", value: "a" } } });
          const plan = await createPlan();
          const published = await publish(plan, at(10));
          for (const groupBy of [{}, { free: "$.free" }, { ...meter.groupBy, model: "$.other" }])
            expect(await regroupAt(meter, groupBy, at(10))).toEqual(inUse("model", plan));
          expect((await meters.find(namespace, meter.id))?.meter).toEqual(meter);
          for (const groupBy of [{ model: "$.model", free: "$.other", more: "$.more" }, { model: "$.model" }])
            expect(await regroupAt(meter, groupBy, at(10))).toMatchObject({ ok: true, value: { groupBy } });
          await change(plan.id, { type: "plan_archived", planId: published.id, effectiveTo: at(20) });
          expect(await regroupAt(meter, {}, at(20))).toMatchObject({ ok: true, value: { groupBy: {} } });
        });
      });

      test("a draft, a deleted one and one that names another feature do not hold it", async () => {
        const feature = await createFeature();
        await createFeature({ key: "other" });
        await createPlan();
        const deleted = await createPlan({ key: "deleted" });
        await change(deleted.id, { type: "plan_deleted", planId: deleted.id, deletedAt: at(1) });
        const other = await createPlan({
          key: "other",
          phases: [
            {
              key: "default",
              name: "Default",
              description: null,
              metadata: null,
              duration: null,
              rateCards: [toRateCard({ key: "other", featureKey: "other" })],
            },
          ],
        });
        await publish(other, at(0));
        expect((await features.archive(namespace, feature.id, at(5)))?.ok).toBe(true);
      });
    });

    describe("plans", () => {
      test("every field comes back, with phases and rate cards in their order", async () => {
        const models = ["flat", "unit", "graduated", "volume", "package", "dynamic"] as const;
        const tiers = [
          { upTo: "1000", unitAmount: "0.1" },
          { unitAmount: "0.05", flatAmount: "3" },
        ];
        const definitions: Readonly<Record<(typeof models)[number], object>> = {
          flat: { amount: "20", paymentTerm: "in_arrears" },
          unit: { amount: "12345678901234567890.123456789012345678901234567" },
          graduated: { tiers },
          volume: { tiers },
          package: { amount: "15", quantityPerPackage: "10" },
          dynamic: { multiplier: "1.33333" },
        };
        const plan = await createPlan({
          name: "Ångström \u{1F9FE}",
          description: "two\nlines",
          metadata: { z: "last", a: "first" },
          currency: "JPY",
          billingCadence: duration("P12M"),
          proRatingConfig: { enabled: false, mode: "prorate_prices" },
          settlementMode: "credit_only",
          createdAt: at(1),
          phases: [
            {
              key: "trial",
              name: "Trial",
              description: "Two weeks",
              metadata: { a: "b" },
              duration: duration("P14D"),
              rateCards: [toRateCard({ key: "free", featureKey: "free", price: null })],
            },
            {
              key: "default",
              name: "Default",
              description: null,
              metadata: null,
              duration: null,
              rateCards: [
                ...models.map((type) =>
                  toRateCard({ key: type, featureKey: type, price: price({ type, ...definitions[type] }) }),
                ),
                toRateCard({
                  key: "all",
                  featureKey: "all",
                  description: "All there is",
                  metadata: { c: "d" },
                  billingCadence: duration("P1Y"),
                  discounts: {
                    percentage: { percentage: { coefficient: 125n, scale: 1 }, correlationId: "x" },
                    usage: { quantity: { coefficient: 5n, scale: 0 }, correlationId: null },
                  },
                  unitConfig: {
                    operation: "divide",
                    conversionFactor: { coefficient: 1000n, scale: 0 },
                    rounding: "half_up",
                    precision: 2,
                    displayUnit: "K",
                  },
                  commitments: {
                    minimumAmount: { coefficient: 1n, scale: 0 },
                    maximumAmount: { coefficient: 105n, scale: 1 },
                  },
                  taxConfig: {
                    behavior: "inclusive",
                    taxCodeId: null,
                    stripe: { code: "txcd_10000000" },
                    customInvoicing: null,
                  },
                }),
                toRateCard({
                  key: "once",
                  featureKey: null,
                  billingCadence: null,
                  price: price({ type: "flat", amount: "1" }),
                }),
              ],
            },
          ],
        });
        expect(plan).toMatchObject({
          version: 1,
          effectiveFrom: null,
          effectiveTo: null,
          updatedAt: at(1),
          deletedAt: null,
        });
        expect(await plans.find(namespace, plan.id, { at: at(0), includeLatest: false })).toEqual(plan);
        expect(await plans.find("another", plan.id, { at: at(0), includeLatest: false })).toBeNull();
      });

      test("a key has one draft, and its versions count on, deleted ones included", async () => {
        const first = await createPlan();
        expect(await plans.create(toDraft())).toEqual({
          ok: false,
          error: { type: "plan_draft_exists", key: "pro", draftId: first.id },
        });
        await change(first.id, { type: "plan_deleted", planId: first.id, deletedAt: at(3) });
        expect(await plans.find(namespace, first.id, { at: at(4), includeLatest: false })).toEqual({
          ...first,
          updatedAt: at(3),
          deletedAt: at(3),
        });
        const second = await createPlan();
        expect(second.version).toBe(2);
        await publish(second, at(5));
        expect((await createPlan()).version).toBe(3);
        expect((await createPlan({ key: "other" })).version).toBe(1);
      });

      test("by key the active version is found, with includeLatest the highest", async () => {
        const find = async (ms: number, includeLatest: boolean) =>
          (await plans.find(namespace, "pro", { at: at(ms), includeLatest }))?.version ?? null;
        const first = await createPlan();
        expect(await find(0, false)).toBeNull();
        expect(await find(0, true)).toBe(1);
        await publish(first, at(10));
        expect([await find(9, false), await find(10, false)]).toEqual([null, 1]);
        const second = await createPlan();
        expect([await find(11, false), await find(11, true)]).toEqual([1, 2]);
        await publish(second, at(20));
        expect([await find(19, false), await find(20, false)]).toEqual([1, 2]);
        await change(second.id, { type: "plan_archived", planId: second.id, effectiveTo: at(30) });
        expect([await find(29, false), await find(30, false), await find(30, true)]).toEqual([2, null, 2]);
        const third = await createPlan();
        await change(third.id, { type: "plan_deleted", planId: third.id, deletedAt: at(40) });
        expect([await find(41, false), await find(41, true)]).toEqual([null, 3]);
      });

      test("a publication ends the version that it supersedes, and nothing else", async () => {
        const first = await createPlan();
        await publish(first, at(10));
        const other = await createPlan({ key: "other" });
        await publish(other, at(10));
        const second = await createPlan();
        expect(await publish(second, at(20))).toEqual({ ...second, effectiveFrom: at(20), updatedAt: at(20) });
        const read = (id: PlanId) => plans.find(namespace, id, { at: at(0), includeLatest: false });
        expect(await read(first.id)).toMatchObject({ effectiveFrom: at(10), effectiveTo: at(20), updatedAt: at(20) });
        expect(await read(other.id)).toMatchObject({ effectiveFrom: at(10), effectiveTo: null, updatedAt: at(10) });
      });

      test("new content replaces phases and rate cards as a whole", async () => {
        const plan = await createPlan();
        const [phase] = plan.phases;
        assert(phase !== undefined, "a phase");
        const definition = {
          name: "New",
          description: "Of it",
          metadata: { a: "b" },
          billingCadence: duration("P1Y"),
          proRatingConfig: { enabled: false, mode: "prorate_prices" },
          settlementMode: "credit_then_invoice",
          phases: [{ ...phase, key: "other", rateCards: [toRateCard({ key: "x", featureKey: null })] }],
        } as const;
        const updated = { ...plan, ...definition, updatedAt: at(7) };
        const made = { type: "plan_updated", planId: plan.id, definition, updatedAt: at(7) } as const;
        expect(await change(plan.id, made)).toEqual({ ok: true, value: updated });
        expect(await plans.find(namespace, plan.id, { at: at(7), includeLatest: false })).toEqual(updated);
        expect(await change(plan.id, made)).toEqual({ ok: true, value: updated }); // the same again
      });

      test("a refused change changes nothing, and one of what does not exist answers null", async () => {
        const plan = await createPlan();
        const refused = await plans.change(namespace, plan.id, () => err({ type: "no" }));
        expect(refused).toEqual({ ok: false, error: { type: "no" } });
        expect(await plans.find(namespace, plan.id, { at: at(0), includeLatest: false })).toEqual(plan);
        const never = (): Result<PlanChange, never> => expect.unreachable();
        expect(await plans.change(namespace, nextId() as PlanId, never)).toBeNull();
        expect(await plans.change("another", plan.id, never)).toBeNull();
      });

      test("a change is decided on the other live versions, and on the features and meters that the plan names", async () => {
        const meter = await createMeter();
        const archived = await createFeature();
        await features.archive(namespace, archived.id, at(1));
        const feature = await createFeature({ meterKey: meter.key });
        await createFeature({ key: "unused" });
        const deleted = await createPlan();
        await change(deleted.id, { type: "plan_deleted", planId: deleted.id, deletedAt: at(1) });
        const active = await publish(await createPlan(), at(2));
        const plan = await createPlan();
        await createPlan({ key: "other" });
        const changed = await plans.change(namespace, plan.id, (state) => {
          expect(state).toEqual({
            plan,
            others: [active],
            features: new Map([["tokens", feature]]),
            meters: new Map([[meter.key, meter]]),
          });
          return decidePublishPlan(plan, {
            ...state,
            current: active,
            models: builtInPriceModels,
            now: at(3),
          });
        });
        expect(changed?.ok).toBe(true);
      });

      test("features that do not exist and meters that are deleted are missing", async () => {
        const meter = await createMeter();
        const feature = await createFeature({ meterKey: meter.key });
        await meters.delete(namespace, meter.id, { deletedAt: at(1), buildsEndedAt: at(1) });
        const plan = await createPlan({
          phases: [
            {
              key: "default",
              name: "Default",
              description: null,
              metadata: null,
              duration: null,
              rateCards: [toRateCard(), toRateCard({ key: "no", featureKey: "no" })],
            },
          ],
        });
        await plans.change(namespace, plan.id, ({ features: named, meters: live }) => {
          expect(named).toEqual(new Map([["tokens", feature]]));
          expect(live).toEqual(new Map());
          return err(null);
        });
      });

      test("lists by names, status, page and order", async () => {
        const a1 = await publish(await createPlan({ key: "a", createdAt: at(1) }), at(10));
        await publish(await createPlan({ key: "a", createdAt: at(2) }), at(20));
        await createPlan({ key: "a", createdAt: at(3) });
        await createPlan({ key: "b", currency: "EUR", createdAt: at(0) });
        const c1 = await createPlan({ key: "c", createdAt: at(5) });
        await change(c1.id, { type: "plan_deleted", planId: c1.id, deletedAt: at(6) });
        type Options = Parameters<PlanStore["list"]>[1];
        const list = async (filter: Partial<Options["filter"]> = {}, options: Partial<Options> = {}) => {
          const page = await plans.list(namespace, {
            at: at(20),
            filter: { includeDeleted: false, ...filter },
            order: { by: "id", direction: "asc" },
            page: 1,
            pageSize: 10,
            ...options,
          });
          return [page.items.map(({ key, version }) => `${key}${version}`).join(" "), page.totalCount];
        };
        expect(await list()).toEqual(["a1 a2 a3 b1", 4]);
        expect(await list({ includeDeleted: true })).toEqual(["a1 a2 a3 b1 c1", 5]);
        expect(await list({ ids: [a1.id], currencies: ["EUR"] })).toEqual(["a1 b1", 2]);
        expect(await list({ keys: ["b", "no"] })).toEqual(["b1", 1]);
        expect(await list({ keyVersions: new Map([["a", [1, 3, 9]]]) })).toEqual(["a1 a3", 2]);
        expect(await list({ keyVersions: new Map([["a", []]]), keys: ["b"] })).toEqual(["a1 a2 a3 b1", 4]);
        expect(await list({ keyVersions: new Map() })).toEqual(["", 0]);
        expect(await list({ ids: [] })).toEqual(["", 0]);
        expect(await list({ statuses: [] })).toEqual(["", 0]);
        const status = (one: Plan["effectiveFrom"] | number, ...statuses: NonNullable<Options["filter"]["statuses"]>) =>
          list({ statuses }, { at: at(Number(one)) });
        expect(await status(9, "scheduled")).toEqual(["a1 a2", 2]);
        expect(await status(10, "active", "draft")).toEqual(["a1 a3 b1", 3]);
        expect(await status(19, "archived")).toEqual(["", 0]);
        expect(await status(20, "archived")).toEqual(["a1", 1]);
        expect(await status(20, "active")).toEqual(["a2", 1]);
        expect(await list({}, { order: { by: "createdAt", direction: "desc" } })).toEqual(["a3 a2 a1 b1", 4]);
        expect(await list({}, { order: { by: "version", direction: "asc" } })).toEqual(["a1 b1 a2 a3", 4]);
        expect(await list({}, { order: { by: "key", direction: "desc" } })).toEqual(["b1 a3 a2 a1", 4]);
        expect(await list({}, { page: 2, pageSize: 3 })).toEqual(["b1", 4]);
        expect(
          await plans.list("another", {
            at: at(0),
            filter: { includeDeleted: true },
            order: { by: "id", direction: "asc" },
            page: 1,
            pageSize: 10,
          }),
        ).toEqual({ items: [], totalCount: 0 });
      });
    });
  });
};
