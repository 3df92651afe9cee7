import { randomBytes } from "node:crypto";
import {
  builtInPriceModels,
  decideArchivePlan,
  decidePublishPlan,
  type Feature,
  type FeatureId,
  noCommitments,
  noDiscounts,
  parsePrice,
  type Plan,
  type PlanId,
  planStatusAt,
  type PublishPlanError,
  type RateCard,
} from "@meter/catalog";
import type { FeatureStore, PlanDraft } from "@meter/core";
import { assert, createUlid, type Instant, type IsoDuration, ok, parseDuration, type Ulid } from "@meter/primitives";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { at } from "../../fixtures.test-support.ts";
import { usePostgres } from "../../use-postgres.test-support.ts";

const postgres = usePostgres();

const duration = (text: string): IsoDuration => {
  const parsed = parseDuration(text);
  assert(parsed.ok, text);
  return parsed.value;
};

let ids = 0;
const nextId = (): Ulid => createUlid(at(ids++), randomBytes(10));

const perToken = (): RateCard => {
  const price = parsePrice(builtInPriceModels, { type: "unit", amount: "0.00003" });
  assert(price.ok, "a price");
  return {
    key: "tokens",
    name: "Tokens",
    description: null,
    metadata: null,
    featureKey: "tokens",
    billingCadence: duration("P1M"),
    price: price.value,
    discounts: noDiscounts,
    unitConfig: null,
    commitments: noCommitments,
    taxConfig: null,
  };
};

const toDraft = (namespace: string, rateCards: readonly RateCard[] = [perToken()]): PlanDraft => ({
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
  phases: [{ key: "default", name: "Default", description: null, metadata: null, duration: null, rateCards }],
  createdAt: at(0),
});

const createDraft = async (namespace: string): Promise<Plan> => {
  const created = await postgres().store.plans.create(toDraft(namespace));
  assert(created.ok, "a draft");
  return created.value;
};

const createFeature = async (namespace: string): Promise<Feature> => {
  const feature: Feature = {
    id: nextId() as FeatureId,
    namespace,
    key: "tokens",
    name: "Tokens",
    description: null,
    metadata: null,
    meterKey: "all_tokens",
    meterGroupByFilters: {},
    createdAt: at(0),
    updatedAt: at(0),
    archivedAt: null,
  };
  expect((await postgres().store.features.create(feature)).ok).toBe(true);
  return feature;
};

/** As the use case decides. */
const publish = (namespace: string, id: PlanId, now: Instant) =>
  postgres().store.plans.change<PublishPlanError>(namespace, id, ({ plan, others, features }) =>
    decidePublishPlan(plan, {
      current: others.find((other) => planStatusAt(other, now) === "active") ?? null,
      features,
      models: builtInPriceModels,
      now,
    }),
  );

const query = async (text: string, values: readonly unknown[] = []): Promise<void> => {
  const client = new pg.Client(postgres().url);
  await client.connect();
  try {
    await client.query(text, [...values]);
  } finally {
    await client.end();
  }
};

const many = 8;
const times = <T>(work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: many }, (_, index) => work(index)));

describe("several at once", () => {
  test("of creations of one key exactly one succeeds, and the others name it", async () => {
    const { plans } = postgres().store;
    for (let round = 1; round <= 10; round++) {
      const namespace = `create_${round}`;
      const results = await times(() => plans.create(toDraft(namespace)));
      const created = results.flatMap((result) => (result.ok ? [result.value] : []));
      expect(created).toHaveLength(1);
      expect(created[0]).toMatchObject({ version: 1 });
      const refused = results.flatMap((result) => (result.ok ? [] : [result.error]));
      for (const error of refused)
        expect(error).toEqual({ type: "plan_draft_exists", key: "pro", draftId: created[0]?.id });
    }
  });

  test("of publications of one version exactly one succeeds", async () => {
    for (let round = 1; round <= 10; round++) {
      const namespace = `publish_${round}`;
      await createFeature(namespace);
      const first = await createDraft(namespace);
      await publish(namespace, first.id, at(1));
      const { id } = await createDraft(namespace);
      const results = await times(() => publish(namespace, id, at(10)));
      const published = results.filter((result) => result?.ok);
      expect(published).toHaveLength(1);
      for (const result of results)
        if (result?.ok === false) expect(result.error).toMatchObject({ type: "plan_invalid_status", status: "active" });
      const { items } = await postgres().store.plans.list(namespace, {
        at: at(100),
        filter: { includeDeleted: true },
        order: { by: "version", direction: "asc" },
        page: 1,
        pageSize: 10,
      });
      expect(items[0]?.effectiveTo).toBe(items[1]?.effectiveFrom);
      expect(items[1]?.effectiveTo).toBeNull();
    }
  });

  test("of archiving the active version and publishing the next one both succeed, one after the other", async () => {
    for (let round = 1; round <= 10; round++) {
      const namespace = `archive_${round}`;
      await createFeature(namespace);
      const first = await createDraft(namespace);
      await publish(namespace, first.id, at(1));
      const second = await createDraft(namespace);
      const [archived, published] = await Promise.all([
        postgres().store.plans.change(namespace, first.id, ({ plan }) => decideArchivePlan(plan, at(10))),
        publish(namespace, second.id, at(10)),
      ]);
      expect(published?.ok).toBe(true);
      if (archived?.ok === false) expect(archived.error).toMatchObject({ type: "plan_invalid_status" });
      const read = await postgres().store.plans.find(namespace, first.id, { at: at(10), includeLatest: false });
      expect(read?.effectiveTo).toBe(at(10));
    }
  });

  test("of publishing a plan and archiving its feature exactly one succeeds", async () => {
    for (let round = 1; round <= 10; round++) {
      const namespace = `feature_${round}`;
      const { id: featureId } = await createFeature(namespace);
      const { id } = await createDraft(namespace);
      const [published, archived] = await Promise.all([
        publish(namespace, id, at(10)),
        postgres().store.features.archive(namespace, featureId, at(10)),
      ]);
      expect(published?.ok).toBe(archived?.ok === false);
      const feature = await postgres().store.features.find(namespace, featureId);
      const plan = await postgres().store.plans.find(namespace, id, { at: at(10), includeLatest: false });
      expect(feature?.archivedAt === null).toBe(plan?.effectiveFrom === at(10));
    }
  });

  test("an archiving that comes while a publication is decided is refused", async () => {
    const feature = await createFeature("held");
    const { id } = await createDraft("held");
    const archivings: ReturnType<FeatureStore["archive"]>[] = [];
    const published = await postgres().store.plans.change("held", id, ({ plan, features }) => {
      archivings.push(postgres().store.features.archive("held", feature.id, at(10)));
      return decidePublishPlan(plan, { current: null, features, models: builtInPriceModels, now: at(10) });
    });
    expect(published?.ok).toBe(true);
    expect(await archivings[0]).toMatchObject({ ok: false, error: { type: "feature_in_use", uses: [{ id }] } });
  });

  test("new content for a draft is written as a whole: the last one stays", async () => {
    const { plans } = postgres().store;
    const plan = await createDraft("update");
    const contents = Array.from({ length: many }, (_, index) => `content_${index}`);
    await times((index) =>
      plans.change("update", plan.id, ({ plan: before }) =>
        ok({
          type: "plan_updated",
          planId: plan.id,
          definition: {
            ...before,
            name: contents[index] ?? "",
            phases: ["a", "b"].map((key) => ({
              key,
              name: contents[index] ?? "",
              description: null,
              metadata: null,
              duration: null,
              rateCards: [{ ...perToken(), name: contents[index] ?? "" }],
            })),
          },
          updatedAt: at(index),
        }),
      ),
    );
    const read = await plans.find("update", plan.id, { at: at(0), includeLatest: false });
    expect(contents).toContain(read?.name);
    expect(read?.phases.map(({ key, name }) => `${key} ${name}`)).toEqual([`a ${read?.name}`, `b ${read?.name}`]);
    expect(read?.phases.flatMap(({ rateCards }) => rateCards.map(({ name }) => name))).toEqual([
      read?.name,
      read?.name,
    ]);
  });
});

describe("the table itself", () => {
  test("holds a plan with more rate cards than a statement has parameters for", async () => {
    const rateCards = Array.from({ length: 9_000 }, (_, index) => ({
      ...perToken(),
      key: `k${index}`,
      featureKey: null,
    }));
    const created = await postgres().store.plans.create(toDraft("large", rateCards));
    assert(created.ok, "a plan");
    const read = await postgres().store.plans.find("large", created.value.id, { at: at(0), includeLatest: false });
    expect(read?.phases[0]?.rateCards.map(({ key }) => key)).toEqual(rateCards.map(({ key }) => key));
  });

  test.each([
    { why: "an end without a start", set: "effective_to = now()", constraint: "plans_effective_period_check" },
    {
      why: "an end before the start",
      set: "effective_from = now(), effective_to = now() - interval '1 s'",
      constraint: "plans_effective_period_check",
    },
    { why: "version 0", set: "version = 0", constraint: "plans_version_check" },
    {
      why: "a settlement that there is not",
      set: "settlement_mode = 'never'",
      constraint: "plans_settlement_mode_check",
    },
  ])("refuses $why", async ({ set, constraint }) => {
    const namespace = `refuses_${constraint}_${ids}`;
    const { id } = await createDraft(namespace);
    await expect(query(`update plans set ${set} where namespace = $1 and id = $2`, [namespace, id])).rejects.toThrow(
      constraint,
    );
  });

  test("refuses two published versions without an end", async () => {
    const first = await createDraft("open");
    await query("update plans set effective_from = now() where namespace = $1 and id = $2", ["open", first.id]);
    const second = await createDraft("open");
    await expect(
      query("update plans set effective_from = now() where namespace = $1 and id = $2", ["open", second.id]),
    ).rejects.toThrow("plans_one_open");
  });
});

describe("what cannot be read is an error, never another price", () => {
  test.each([
    {
      why: "a form of a later version",
      set: "definition_version = 2",
      message: /form 2, which this version does not know/,
    },
    {
      why: "an unknown price model",
      set: `definition = '{"key":"tokens","name":"Tokens","price":{"type":"per_mood","amount":"1"}}'`,
      message: /cannot be read: price.type/,
    },
    {
      why: "an unknown member",
      set: `definition = '{"key":"tokens","name":"Tokens","price":{"type":"unit","amount":"1","surcharge":"5"}}'`,
      message: /cannot be read: price.surcharge/,
    },
    {
      why: "a number where a decimal text stands",
      set: `definition = '{"key":"tokens","name":"Tokens","price":{"type":"unit","amount":1}}'`,
      message: /cannot be read: price.amount/,
    },
  ])("$why", async ({ why, set, message }) => {
    const namespace = `unread_${why.replaceAll(" ", "_")}`;
    const { id } = await createDraft(namespace);
    await query(`update plan_rate_cards set ${set} where namespace = $1 and plan_id = $2`, [namespace, id]);
    const { plans } = postgres().store;
    const options = { at: at(0), includeLatest: true };
    await expect(plans.find(namespace, id, options)).rejects.toThrow(message);
    await expect(plans.find(namespace, "pro", options)).rejects.toThrow(
      "rate card tokens in phase default of plan pro v1",
    );
    await expect(plans.change(namespace, id, () => expect.unreachable())).rejects.toThrow(message);
  });
});
