// Rating: lines a second on one core for each price model, without and with the explanation, beside the same formula in plain
// floats, in one run. The answers of the engine are checked against integers; those of the floats are counted where they are
// wrong. Target: graduated with 10 tiers, at least 200,000 lines a second.
//   node infra/bench/src/rating.ts [--seconds 2]
import process from "node:process";
import { builtInPriceModels, noCommitments, noDiscounts, parsePrice } from "@meter/catalog";
import { builtInModels, createPricing, type RateInput } from "@meter/pricing";

const seconds = Number(/--seconds[= ](\d+)/.exec(process.argv.join(" "))?.[1] ?? 2);
const target = 200_000;

const pricing = createPricing({ models: builtInModels });
const currency = { code: "USD", minorUnits: 2 };

/** A tier in integers: its end, and per unit and once in hundredths of a cent. */
type Tier = Readonly<{ end: number; unit: number; flat: number }>;

const tenTiers: readonly Tier[] = Array.from({ length: 10 }, (_, index) => ({
  end: index === 9 ? Number.POSITIVE_INFINITY : (index + 1) * 1_000,
  unit: 1_375 - index * 101,
  flat: index === 0 ? 0 : 50_000,
}));

const tierDefinitions = tenTiers.map(({ end, unit, flat }) => ({
  upTo: end === Number.POSITIVE_INFINITY ? null : String(end),
  unitAmount: String(unit / 10_000),
  flatAmount: flat === 0 ? null : String(flat / 10_000),
}));

/**
 * A model with a price: the definition, the exact amount in millionths for a quantity in hundredths (in integers, up to
 * 2^53), and the amount in plain floats for a quantity.
 */
type Case = Readonly<{
  name: string;
  definition: unknown;
  exact: (hundredths: number) => number;
  float: (quantity: number) => number;
}>;

const perUnit = { integer: 1_375, float: 0.1375 };

const cases: readonly Case[] = [
  {
    name: "flat",
    definition: { type: "flat", amount: "99.995" },
    exact: () => 99_995_000,
    float: () => 99.995,
  },
  {
    name: "unit",
    definition: { type: "unit", amount: String(perUnit.float) },
    exact: (hundredths) => hundredths * perUnit.integer,
    float: (quantity) => quantity * perUnit.float,
  },
  {
    name: "graduated, 10 tiers",
    definition: { type: "graduated", tiers: tierDefinitions },
    exact: (hundredths) =>
      tenTiers.reduce((sum, { end, unit, flat }, index) => {
        const lower = (tenTiers[index - 1]?.end ?? 0) * 100;
        if (index > 0 && hundredths <= lower) return sum;
        return sum + (Math.min(hundredths, end * 100) - lower) * unit + flat * 100;
      }, 0),
    float: (quantity) => {
      let sum = 0;
      let lower = 0;
      for (const { end, unit, flat } of tenTiers) {
        if (lower > 0 && quantity <= lower) break;
        sum += (Math.min(quantity, end) - lower) * (unit / 10_000) + flat / 10_000;
        lower = end;
      }
      return sum;
    },
  },
  {
    name: "volume, 10 tiers",
    definition: { type: "volume", tiers: tierDefinitions },
    exact: (hundredths) => {
      const tier = tenTiers.find(({ end }) => hundredths <= end * 100);
      return tier === undefined ? Number.NaN : hundredths * tier.unit + tier.flat * 100;
    },
    float: (quantity) => {
      const tier = tenTiers.find(({ end }) => quantity <= end);
      return tier === undefined ? Number.NaN : quantity * (tier.unit / 10_000) + tier.flat / 10_000;
    },
  },
  {
    name: "package",
    definition: { type: "package", amount: "0.125", quantityPerPackage: "7" },
    exact: (hundredths) => Math.ceil(hundredths / 700) * 125_000,
    float: (quantity) => Math.ceil(quantity / 7) * 0.125,
  },
  {
    name: "dynamic",
    definition: { type: "dynamic", multiplier: "1.3333" },
    exact: (hundredths) => hundredths * 13_333,
    float: (quantity) => quantity * 1.3333,
  },
];

/** Quantities in hundredths, spread over all tiers: the same in every run. */
const quantities: readonly number[] = Array.from({ length: 1_000 }, (_, index) => (index * 7_919 * 127) % 1_100_000);

const inputsOf = ({ definition }: Case): readonly RateInput[] => {
  const price = parsePrice(builtInPriceModels, definition);
  if (!price.ok) throw new Error(JSON.stringify(price.error));
  const rateCard = {
    price: price.value,
    discounts: noDiscounts,
    commitments: noCommitments,
    unitConfig: null,
    taxConfig: null,
  };
  return quantities.map((hundredths) => ({
    rateCard,
    currency,
    usage: { total: { coefficient: BigInt(hundredths), scale: 2 } },
    earlier: [],
    final: true,
  }));
};

/** Cents of an amount in millionths, half up. */
const centsOf = (millionths: number): number => Math.floor((millionths + 5_000) / 10_000);

/** Lines a second of a function over all inputs, after it has run warm. */
const measure = (runAll: () => void): number => {
  for (const until = performance.now() + 300; performance.now() < until;) runAll();
  const startedAt = performance.now();
  let rounds = 0;
  while (performance.now() - startedAt < seconds * 1_000) {
    runAll();
    rounds++;
  }
  return (rounds * quantities.length) / ((performance.now() - startedAt) / 1_000);
};

const rows = cases.map((one) => {
  const inputs = inputsOf(one);
  const wrong = quantities.filter((hundredths, index) => {
    const input = inputs[index];
    const rated = input === undefined ? null : pricing.rateUnexplained(input);
    return rated?.ok !== true || Number(rated.value.amount.coefficient) !== centsOf(one.exact(hundredths));
  });
  if (wrong.length > 0) throw new Error(`${one.name}: ${wrong.length} answers are wrong, the first at ${wrong[0]}`);
  const floatWrong = quantities.filter(
    (hundredths) => Math.round(one.float(hundredths / 100) * 100) !== centsOf(one.exact(hundredths)),
  ).length;

  let kept = 0; // so that no call can be left out
  const plain = measure(() => {
    for (const input of inputs) kept += pricing.rateUnexplained(input).ok ? 1 : 0;
  });
  const explained = measure(() => {
    for (const input of inputs) kept += pricing.rate(input).ok ? 1 : 0;
  });
  const floats = measure(() => {
    for (const hundredths of quantities) kept += Math.round(one.float(hundredths / 100) * 100);
  });
  if (kept === 0) throw new Error("nothing was rated");
  return { name: one.name, plain, explained, floats, floatWrong };
});

const count = (n: number): string => Math.round(n).toLocaleString("en-US");
const table = [
  ["model", "lines/s", "explained", "floats", "× slower", `wrong floats of ${quantities.length}`],
  ...rows.map(({ name, plain, explained, floats, floatWrong }) => [
    name,
    count(plain),
    count(explained),
    count(floats),
    (floats / plain).toFixed(0),
    String(floatWrong),
  ]),
];
console.log(table.map((row) => `| ${row.join(" | ")} |`).join("\n"));

const graduated = rows.find(({ name }) => name.startsWith("graduated"))?.plain ?? 0;
console.log(`graduated, 10 tiers: ${count(graduated)} lines/s, target ${count(target)}`);
if (graduated < target) process.exitCode = 1;
