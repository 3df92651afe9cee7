import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { builtInPriceModels, parseRateCard, type RateCard } from "@meter/catalog";
import { add, dec, formatDecimal, zero } from "@meter/primitives";
import { describe, expect, test } from "vitest";
import { createTestApp } from "../../../app.test-support.ts";
import { answer } from "../../catalog.test-support.ts";
import { fromApiCharges, toApiRateCard } from "./rate-card.ts";

// Each example of docs/reference/pricing.md as it is sent over the wire, below the library's. UPDATE_DOCS=1 writes them anew.

const path = fileURLToPath(new URL("../../../../../../docs/reference/pricing.md", import.meta.url));
const blockPattern = /^```json example\n([^]*?)^```\n(?:\nOver the wire:\n\n```json wire\n([^]*?)^```\n)?/gm;

type Example = Readonly<{
  price: Readonly<{ type: string }>;
  unitConfig?: unknown;
  discounts?: unknown;
  commitments?: unknown;
  currency: string;
  cumulative: readonly string[];
  amounts: readonly string[];
}>;

const rateCardOf = ({ price, unitConfig, discounts, commitments }: Example): RateCard => {
  const featureKey = price.type === "flat" ? null : "feature";
  const definition = { key: "feature", name: "Feature", featureKey, price, unitConfig, discounts, commitments };
  const parsed = parseRateCard(definition, builtInPriceModels);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
};

/** A rate card as a plan takes it. */
const toWire = (example: Example) => {
  const { price, discounts, unitConfig } = toApiRateCard(rateCardOf(example));
  const type = example.price.type === "flat" ? "flat_fee" : "usage_based";
  const named = type === "flat_fee" ? { name: "Fee" } : { name: "Feature", featureKey: "feature" };
  return { type, key: "feature", ...named, billingCadence: "P1M", price, discounts, unitConfig };
};

/** As a person writes it: on one line what fits there. */
const compact = (value: unknown, indent = "", room = 110): string => {
  const line = JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, " ");
  if (line.length <= room - indent.length || typeof value !== "object" || value === null) return line;
  const inner = `${indent}  `;
  const members = Array.isArray(value)
    ? value.map((member) => compact(member, inner))
    : Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([key, member]) => `${JSON.stringify(key)}: ${compact(member, inner, room - key.length - 4)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${members.map((member) => inner + member).join(",\n")}\n${indent}${close}`;
};

const page = readFileSync(path, "utf8");
if (process.env["UPDATE_DOCS"] === "1") {
  const written = page.replace(blockPattern, (_, body: string) => {
    const wire = compact(toWire(JSON.parse(body) as Example));
    return `\`\`\`json example\n${body}\`\`\`\n\nOver the wire:\n\n\`\`\`json wire\n${wire}\n\`\`\`\n`;
  });
  writeFileSync(path, written);
}

const examples = [...readFileSync(path, "utf8").matchAll(blockPattern)].map(([, body = "", wire = "null"]) => {
  const example = JSON.parse(body) as Example;
  return { what: `${example.price.type} ${example.cumulative.at(-1)}`, example, wire: JSON.parse(wire) as object };
});

describe("docs/reference/pricing.md: each example as it is sent", () => {
  test("there are as many as of the library's", () => {
    expect(examples).toHaveLength(10);
    for (const { wire } of examples) expect(wire).not.toBeNull();
  });

  test.each(examples)("$what: is the same rate card", ({ example, wire }) => {
    const read = fromApiCharges(wire as Parameters<typeof fromApiCharges>[0]);
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    const { price, discounts, unitConfig, commitments } = rateCardOf(example);
    expect(read.value).toMatchObject({ price, discounts, unitConfig, commitments });
  });

  test("a plan takes it", async () => {
    const app = await createTestApp();
    const meter = { slug: "used", eventType: "use", aggregation: "COUNT" };
    await answer(app.send("POST", "/api/v1/meters", { body: meter }), 201);
    await answer(
      app.send("POST", "/api/v1/features", { body: { key: "feature", name: "Feature", meterSlug: "used" } }),
      201,
    );
    for (const [index, { example, wire }] of examples.entries()) {
      const phases = [{ key: "default", name: "Default", duration: null, rateCards: [wire] }];
      const plan = { key: `plan_${index}`, name: "Plan", currency: example.currency, billingCadence: "P1M", phases };
      const { id } = await answer<{ id: string }>(app.send("POST", "/api/v1/plans", { body: plan }), 201);
      await answer(app.send("POST", `/api/v1/plans/${id}/publish`), 200);
    }
  });

  test("costs what the page says", async () => {
    const app = await createTestApp();
    for (const { example, wire } of examples) {
      const { prices } = await answer<{ prices: readonly { amount: string }[] }>(
        app.send("POST", "/api/v1/prices/preview", {
          body: { currency: example.currency, rateCard: wire, quantity: example.cumulative.at(-1) },
        }),
        200,
      );
      const whole = example.amounts.map(dec).reduce(add, zero);
      expect([example, formatDecimal(dec(prices[0]?.amount ?? ""))]).toEqual([example, formatDecimal(whole)]);
    }
  });
});
