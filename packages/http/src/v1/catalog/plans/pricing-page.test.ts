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

/** What of a rate card decides its amount, as a request has it. */
const toWire = (example: Example) => {
  const { type, price, discounts, unitConfig } = toApiRateCard(rateCardOf(example));
  return { type, price, discounts, unitConfig };
};

const page = readFileSync(path, "utf8");
if (process.env["UPDATE_DOCS"] === "1") {
  const written = page.replace(blockPattern, (_, body: string) => {
    const wire = JSON.stringify(toWire(JSON.parse(body) as Example), null, 2);
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
