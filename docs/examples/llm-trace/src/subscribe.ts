import type { Client } from "./client.ts";
import { moveToMonth } from "./clock.ts";
import { monthOf, type Month, startOf } from "./month.ts";
import { features, plan, planKey } from "./plan.ts";

export type Subscribed = Readonly<{
  /** The month that all subscriptions began with. */
  start: Month;
  customers: readonly Readonly<{ key: string; id: string }>[];
}>;

/** Features, the plan and the subscriptions: what is not there yet is made, and what is there is left as it is. */
export const subscribeCustomers = async (client: Client, keys: readonly string[]): Promise<Subscribed> => {
  for (const feature of features) await client.post("/api/v1/features", feature); // 409: there already
  await publishPlan(client);

  const starts = new Map<string, string>();
  for (const key of keys) {
    const activeFrom = await findSubscription(client, key);
    if (activeFrom !== null) starts.set(key, activeFrom);
  }
  const missing = keys.filter((key) => !starts.has(key));
  if (missing.length > 0) {
    const start = startOf(await moveToMonth(client));
    for (const key of missing) {
      const { status, body } = await client.post("/api/v1/subscriptions", {
        plan: { key: planKey },
        customerKey: key,
        timing: "immediate",
      });
      if (status !== 201) throw new Error(`${key} cannot be subscribed: ${JSON.stringify(body)}`);
      starts.set(key, start);
    }
  }

  const [start, ...others] = new Set(starts.values());
  if (start === undefined || others.length > 0 || start !== startOf(monthOf(start)))
    throw new Error("the customers were not subscribed together at the beginning of a month: start with --fresh");
  const customers = await Promise.all(
    keys.map(async (key) => {
      const { id } = (await client.get(`/api/v1/customers/${key}`)) as Readonly<{ id: string }>;
      return { key, id };
    }),
  );
  return { start: monthOf(start), customers };
};

type Versions = Readonly<{ items: readonly Readonly<{ id: string; status: string }>[] }>;

const publishPlan = async (client: Client): Promise<void> => {
  const { items } = (await client.get("/api/v1/plans", { key: planKey })) as Versions;
  if (items.some(({ status }) => status === "active")) return;
  const draft =
    items.find(({ status }) => status === "draft") ??
    ((await client.post("/api/v1/plans", plan)).body as Versions["items"][number]);
  await client.post(`/api/v1/plans/${draft.id}/publish`, {});
};

/** When a customer's subscription to the plan began; null: it has none. */
const findSubscription = async (client: Client, key: string): Promise<string | null> => {
  const { items } = (await client.get(`/api/v1/customers/${key}/subscriptions`)) as Readonly<{
    items: readonly Readonly<{ activeFrom: string; plan?: Readonly<{ key: string }> }>[];
  }>;
  return items.find((subscription) => subscription.plan?.key === planKey)?.activeFrom ?? null;
};
