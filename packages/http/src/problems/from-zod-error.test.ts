import { z } from "@hono/zod-openapi";
import { expect, test } from "vitest";
import { fromZodError } from "./from-zod-error.ts";

const schema = z.object({
  name: z.string().min(1).max(3),
  amount: z.string().refine((text) => text !== "x", "must be a decimal as text"),
  count: z.int().min(1),
  mode: z.enum(["DAY", "HOUR"]),
  kind: z.literal("flat"),
  groupBy: z.record(z.string(), z.string()),
  tiers: z.array(z.string()).max(1),
  price: z.discriminatedUnion("type", [z.object({ type: z.literal("a") }), z.object({ type: z.literal("b") })]),
});

const right = {
  name: "n",
  amount: "1",
  count: 1,
  mode: "DAY",
  kind: "flat",
  groupBy: {},
  tiers: [],
  price: { type: "a" },
};

const saidOf = (change: object): string | undefined => {
  const parsed = schema.safeParse({ ...right, ...change });
  return parsed.success ? undefined : fromZodError("json", parsed.error).detail;
};

test.each([
  [{ name: undefined }, "name: is required"],
  [{ name: null }, "name: must be a string, not null"],
  [{ name: "" }, "name: must have at least 1 character"],
  [{ name: "long" }, "name: must have at most 3 characters"],
  [{ amount: 1 }, "amount: must be a string, not a number"],
  [{ amount: "x" }, "amount: must be a decimal as text"],
  [{ count: 0 }, "count: must be at least 1"],
  [{ count: 1.5 }, "count: must be a whole number"],
  [{ mode: "day" }, "mode: must be one of DAY, HOUR"],
  [{ kind: "unit" }, "kind: must be flat"],
  [{ groupBy: ["model"] }, "groupBy: must be an object, not an array"],
  [{ tiers: ["1", "2"] }, "tiers: must have at most 1 item"],
  [{ price: { type: "graduated" } }, "price.type: must be one of a, b"],
])("a fault of a schema is said in plain words: %o", (change, said) => {
  expect(saidOf(change)).toBe(said);
});
