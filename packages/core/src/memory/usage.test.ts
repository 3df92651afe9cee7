import type { AcceptedEvent } from "@meter/events";
import type { BuildId, MeterBuild, UsageQuery } from "@meter/metering";
import { formatDecimal, instant, type Ulid } from "@meter/primitives";
import { expect, test } from "vitest";
import { createMemoryUsage } from "./usage.ts";

const build: MeterBuild = {
  id: "build" as Ulid as BuildId, // only compared
  namespace: "default",
  eventType: "call",
  aggregation: "count",
  value: null,
  dimensions: [],
};

const all: UsageQuery = {
  from: null,
  to: null,
  notBefore: null,
  window: null,
  subjects: null,
  customers: null,
  dimensions: [],
  groupBy: [],
};

const event = (id: string, type = "call"): AcceptedEvent => ({
  namespace: "default",
  id,
  source: "test",
  type,
  subject: "acme",
  time: instant(0),
  data: null,
  ingestedAt: instant(0),
});

test("a read at a position does not see what came after it, also once it has been folded", async () => {
  const usage = createMemoryUsage({ now: () => instant(0) });
  const count = async (at?: Awaited<ReturnType<typeof usage.log.head>>): Promise<string> => {
    const [row] = await usage.reader.query(build, all, at);
    return formatDecimal(row?.value ?? { coefficient: -1n, scale: 0 });
  };
  const start = await usage.log.head();
  await usage.log.append([event("a"), event("x", "other"), event("b")]);
  const middle = await usage.log.head();
  expect(await count()).toBe("2");
  await usage.log.append([event("b"), event("c")]);
  const end = await usage.log.head();
  expect([await count(), await count(end), await count(middle), await count(start)]).toEqual(["3", "3", "2", "0"]);
});
