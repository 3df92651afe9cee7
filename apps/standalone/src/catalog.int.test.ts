import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Call, type Meter, scratchDirectory, startMeter } from "./meter.test-support.ts";

let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
let dataDir: string;
let meter: Meter;
beforeAll(async () => {
  scratch = await scratchDirectory();
  dataDir = join(scratch.path, "data");
  meter = await startMeter(dataDir);
});
afterAll(async () => {
  await meter.stop();
  await scratch.remove();
});
const call: Call = (...request) => meter.call(...request);

const post = async (path: string, body: object, status: number): Promise<{ id: string; status: string }> => {
  const answer = await call("POST", path, body);
  expect(answer.status, answer.text).toBe(status);
  return answer.json as { id: string; status: string };
};

const tokens = {
  type: "usage_based",
  key: "tokens",
  name: "Tokens",
  featureKey: "tokens",
  billingCadence: "P1M",
  price: {
    type: "tiered",
    mode: "graduated",
    tiers: [
      { upToAmount: "1000", unitPrice: { type: "unit", amount: "0" }, flatPrice: null },
      { unitPrice: { type: "unit", amount: "0.00003" }, flatPrice: { type: "flat", amount: "5" } },
    ],
    minimumAmount: "1",
  },
  discounts: { percentage: { percentage: 12.5 } },
};

test("from a meter to a plan on offer, which a kill does not change", async () => {
  await post(
    "/api/v1/meters",
    {
      slug: "all_tokens",
      aggregation: "SUM",
      eventType: "prompt",
      valueProperty: "$.tokens",
      groupBy: { model: "$.m" },
    },
    201,
  );
  const feature = {
    key: "tokens",
    name: "Tokens",
    meterSlug: "all_tokens",
    advancedMeterGroupByFilters: { model: { $in: ["a", "b"] } },
  };
  await post("/api/v1/features", feature, 201);
  const phases = [{ key: "default", name: "Default", duration: null, rateCards: [tokens] }];
  const draft = await post("/api/v1/plans", { key: "pro", name: "Pro", billingCadence: "P1M", phases }, 201);
  expect(draft.status).toBe("draft");
  const published = await post(`/api/v1/plans/${draft.id}/publish`, {}, 200);
  expect(published.status).toBe("active");

  await meter.kill();
  meter = await startMeter(dataDir);

  expect((await call("GET", "/api/v1/plans/pro")).json).toEqual(published);
  expect(published).toMatchObject({ phases: [{ rateCards: [tokens] }] });
  expect((await call("GET", "/api/v1/features/tokens")).json).toMatchObject(feature);
  expect((await call("DELETE", "/api/v1/features/tokens")).status).toBe(403);
});
