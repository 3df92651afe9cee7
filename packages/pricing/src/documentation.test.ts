import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

import {
  builtInPriceModels,
  noCommitments,
  noDiscounts,
  parseCommitments,
  parseDiscounts,
  parsePrice,
  parseUnitConversion,
} from "@meter/catalog";
import { dec, findCurrency, formatDecimal } from "@meter/primitives";
import type { Result } from "@meter/primitives";
import { describe, expect, test } from "vitest";

import { builtInModels, createPricing, toRatedPart } from "./index.ts";
import type { Rated, RatedDetail, RatedRateCard } from "./index.ts";

// The examples and pictures of docs/reference/pricing.md. UPDATE_DOCS=1 draws the pictures anew.

const path = fileURLToPath(new URL("../../../docs/reference/pricing.md", import.meta.url));
const page = readFileSync(path, "utf8");
const pricing = createPricing({ models: builtInModels });

/** A worked example as it stands on the page. */
type Example = Readonly<{
  price: unknown;
  unitConfig?: unknown;
  discounts?: unknown;
  commitments?: unknown;
  currency: string;
  cumulative: readonly string[];
  lines: readonly (readonly string[])[];
  amounts: readonly string[];
}>;

const valueOf = <T>(parsed: Result<T, unknown>): T =>
  parsed.ok ? parsed.value : expect.fail(JSON.stringify(parsed.error));

const rateCardOf = ({ price, unitConfig, discounts, commitments }: Example): RatedRateCard => ({
  price: valueOf(parsePrice(builtInPriceModels, price)),
  unitConfig: unitConfig === undefined ? null : valueOf(parseUnitConversion(unitConfig)),
  discounts: discounts === undefined ? noDiscounts : valueOf(parseDiscounts(discounts)),
  commitments: commitments === undefined ? noCommitments : valueOf(parseCommitments(commitments)),
  taxConfig: null,
});

const rate = (
  rateCard: RatedRateCard,
  code: string,
  total: string,
  earlier: readonly Rated[],
  final: boolean,
): Rated => {
  const currency = findCurrency(code) ?? expect.fail(`no currency ${code}`);
  const usage = { total: dec(total) };
  return valueOf(pricing.rate({ rateCard, currency, usage, earlier: earlier.map(toRatedPart), final }));
};

const showDetail = ({ reference, quantity, perUnitAmount, amount, discounts, total }: RatedDetail): string => {
  const less = discounts.map((discount) => ` - ${formatDecimal(discount.amount)} ${discount.reason}`).join("");
  const product = `${formatDecimal(quantity)} × ${formatDecimal(perUnitAmount)} = ${formatDecimal(amount)}`;
  return `${reference}: ${product}${less}${less === "" ? "" : ` = ${formatDecimal(total)}`}`;
};

/** A block of the page: the heading above it, the words behind its fence, and what it holds. */
type Block = Readonly<{ heading: string; info: string; body: string }>;

const blocks: readonly Block[] = [...page.matchAll(/^## (.*)$|^```(.*)\n([^]*?)^```$/gm)].reduce<readonly Block[]>(
  (found, [, heading, info = "", body = ""]) => [
    ...found,
    heading === undefined ? { heading: found.at(-1)?.heading ?? "", info, body } : { heading, info: "", body: "" },
  ],
  [],
);

const examples = blocks
  .filter(({ info }) => info === "json example")
  .map(({ heading, body }) => ({ heading, example: JSON.parse(body) as Example }));

const columns = 48;
const rows = 10;

/** Cost over quantity, of a whole period: a point for each column. */
const plot = (example: Example, to: number): string => {
  const rateCard = rateCardOf(example);
  const costs = Array.from({ length: columns + 1 }, (_, column) =>
    Number(formatDecimal(rate(rateCard, example.currency, String((to / columns) * column), [], true).amount)),
  );
  const top = Math.max(...costs);
  const rowOf = (cost: number): number => (top === 0 ? 0 : Math.round((cost / top) * rows));
  const label = String(top);
  const lines = Array.from({ length: rows + 1 }, (_, index) => {
    const row = rows - index;
    const axis = row === rows ? label : row === 0 ? "0" : "";
    const points = costs.map((cost) => (rowOf(cost) === row ? "•" : " ")).join("");
    return `${axis.padStart(label.length)} │${points}`.trimEnd();
  });
  const end = String(to);
  const scale = `${" ".repeat(label.length)} 0${end.padStart(columns + 1)}`;
  return [...lines, `${" ".repeat(label.length)} └${"─".repeat(columns + 1)}`, scale, ""].join("\n");
};

const pictures = blocks.flatMap(({ heading, info, body }) => {
  const to = /^text plot to=(\d+)$/.exec(info)?.[1];
  const example = examples.find((one) => one.heading === heading)?.example;
  return to === undefined ? [] : [{ heading, to: Number(to), body, example: example ?? expect.fail(heading) }];
});

if (process.env["UPDATE_DOCS"] === "1") {
  const drawn = pictures.reduce(
    (text, { heading, to, example }) =>
      text.replace(
        new RegExp(`(^## ${heading}$[^]*?^\`\`\`text plot to=${to}\n)[^]*?(^\`\`\`$)`, "m"),
        (_, before: string, after: string) => `${before}${plot(example, to)}${after}`,
      ),
    page,
  );
  writeFileSync(path, drawn);
}

describe("docs/reference/pricing.md", () => {
  test.each(examples)("$heading: the example", ({ example }) => {
    const rateCard = rateCardOf(example);
    const parts: Rated[] = [];
    for (const [index, total] of example.cumulative.entries()) {
      parts.push(rate(rateCard, example.currency, total, parts, index === example.cumulative.length - 1));
    }
    expect(parts.map(({ amount }) => formatDecimal(amount))).toEqual(example.amounts);
    expect(parts.map(({ details }) => details.map(showDetail))).toEqual(example.lines);
  });

  test.each(pictures)("$heading: the picture", ({ example, to, body }) => {
    expect(body).toBe(plot(example, to));
  });

  test("every model and adjustment has an example and a picture", () => {
    expect(examples).toHaveLength(10);
    expect(pictures).toHaveLength(10);
    expect(new Set(examples.map(({ example }) => rateCardOf(example).price?.type))).toEqual(
      new Set(Object.keys(builtInModels)),
    );
  });
});
