import { dec, findCurrency, formatDecimal, type RatedPart, verify } from "@meter/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printLine, readGpuRateCard, toGpuLine } from "./gpu-line.ts";

const usd = (() => {
  const currency = findCurrency("USD");
  if (currency === null) throw new Error("USD is known");
  return currency;
})();

const price = {
  type: "perGpuHour",
  freeHours: "60",
  hoursPerBlock: "10",
  amountPerBlock: "15",
  amountMax: "400",
} as const;

const gpuRateCard = (members: object = {}) => {
  const rateCard = readGpuRateCard({
    key: "gpu_hours",
    name: "GPU hours",
    featureKey: "gpu_hours",
    billingCadence: "P1M",
    price,
    ...members,
  });
  if (!rateCard.ok) throw new Error(JSON.stringify(rateCard.error));
  return rateCard.value;
};

const lineOf = (hours: string, members: object = {}) =>
  toGpuLine(gpuRateCard(members), { hours: dec(hours), currency: usd });

describe("the first 60 hours are free, then 15 for every begun 10, never more than 400", () => {
  test.each([
    { hours: "0", amount: "0", why: "nothing was used" },
    { hours: "60", amount: "0", why: "the boundary is free" },
    { hours: "60.000001", amount: "15", why: "a block is begun by any fraction" },
    { hours: "70", amount: "15", why: "a block holds its tenth hour" },
    { hours: "70.5", amount: "30", why: "and the next one begins behind it" },
    { hours: "320", amount: "390", why: "26 blocks are below the most" },
    { hours: "320.1", amount: "400", why: "the 27th is cut to what is left" },
    { hours: "10000", amount: "400", why: "never more" },
    { hours: "-5", amount: "0", why: "below zero is nothing" },
  ])("$hours hours → $amount ($why)", ({ hours, amount }) => {
    const { totals, explanation } = lineOf(hours);
    expect(formatDecimal(totals.total)).toBe(amount);
    expect(verify(explanation)).toEqual({ ok: true, value: null });
  });

  test("a most that is a multiple of a block leaves no rest", () => {
    const line = lineOf("1000", { price: { ...price, amountPerBlock: "20" } });
    expect(line.details.map(({ reference, total }) => [reference, formatDecimal(total)])).toEqual([
      ["gpu-hours-free", "0"],
      ["gpu-hours", "400"],
    ]);
  });
});

describe("a definition that is none is refused, with the field", () => {
  test.each([
    { field: "price.hoursPerBlock", code: "zero", members: { hoursPerBlock: "0" } },
    { field: "price.amountPerBlock", code: "negative", members: { amountPerBlock: "-1" } },
    { field: "price.amountMax", code: "required", members: { amountMax: undefined } },
    { field: "price.freeHours", code: "not_a_decimal", members: { freeHours: 60 } },
    { field: "price.surprise", code: "unknown_field", members: { surprise: "1" } },
  ])("$field $code", ({ field, code, members }) => {
    const rateCard = readGpuRateCard({ key: "gpu_hours", name: "GPU hours", price: { ...price, ...members } });
    expect(rateCard.ok ? [] : rateCard.error).toMatchObject([{ field, code }]);
  });

  test("a model that nobody declared", () => {
    const rateCard = readGpuRateCard({ key: "gpu_hours", name: "GPU hours", price: { ...price, type: "perTpuHour" } });
    expect(rateCard.ok).toBe(false);
  });
});

test("the adjustments of all models are there: hours from minutes, a discount, a minimum", () => {
  const line = lineOf("9000", {
    unitConfig: { operation: "divide", conversionFactor: "60", rounding: "none", precision: 0 },
    discounts: { percentage: { percentage: "50" } },
    commitments: { minimumAmount: "100" },
  });
  // 150 hours: 9 blocks, 135; half of it is 67.50; 32.50 are missing to 100.
  expect(line.details.map(({ reference, total }) => [reference, formatDecimal(total)])).toEqual([
    ["gpu-hours-free", "0"],
    ["gpu-hours", "67.5"],
    ["min-spend", "32.5"],
  ]);
});

const hours = fc.bigInt({ min: 0n, max: 600_000n }).map((thousandths) => ({ coefficient: thousandths, scale: 3 }));
const seed = { seed: 20_260_401 };

test("more hours never cost less", () => {
  fc.assert(
    fc.property(hours, hours, (a, b) => {
      const [less, more] = a.coefficient <= b.coefficient ? [a, b] : [b, a];
      const amountOf = (total: typeof a) =>
        toGpuLine(gpuRateCard(), { hours: total, currency: usd }).totals.total.coefficient;
      return amountOf(less) <= amountOf(more);
    }),
    seed,
  );
});

test("however the period is cut, its parts sum to the whole", () => {
  fc.assert(
    fc.property(fc.array(hours, { minLength: 1, maxLength: 5 }), (cuts) => {
      const rising = cuts.toSorted((a, b) => Number(a.coefficient - b.coefficient));
      const parts: RatedPart[] = [];
      let sum = 0n;
      for (const [index, at] of rising.entries()) {
        const isFinal = index === rising.length - 1;
        const line = toGpuLine(gpuRateCard(), { hours: at, currency: usd, earlier: parts, isFinal });
        expect(verify(line.explanation).ok).toBe(true);
        parts.push(line.part);
        sum += line.totals.total.coefficient;
      }
      const last = rising.at(-1) ?? { coefficient: 0n, scale: 0 };
      const whole = toGpuLine(gpuRateCard(), { hours: last, currency: usd });
      expect(sum).toBe(whole.totals.total.coefficient);
    }),
    seed,
  );
});

test("the line on paper, with its details and why", () => {
  expect(`\n${printLine(gpuRateCard(), lineOf("1000"))}\n`).toBe(`
GPU hours                                         400.00 USD
  free hours: 60 × 0                                    0.00
  blocks of 10 hours: 26 × 15                         390.00
  up to the most: 1 × 10                               10.00
    1000 units were metered
    units above 0 up to 60: 60 × 0 = 0
    the blocks that come to no more than 400: 26 × 15 = 390
    once, above 320: 1 × 10 = 10
    400 is 400 USD, rounded half away from zero
`);
});
