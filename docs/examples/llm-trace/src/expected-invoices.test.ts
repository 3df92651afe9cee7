import { describe, expect, test } from "vitest";
import { expectInvoices, graduate } from "./expected-invoices.ts";
import { formatFraction } from "./fraction.ts";
import { describeInvoice } from "./invoices.ts";

describe("graduated: each unit costs what the tier says that it falls into", () => {
  const tiers = [
    { upTo: "5", unitPrice: "0.3", flatPrice: null },
    { upTo: "10", unitPrice: "0.2", flatPrice: "1.50" },
    { upTo: null, unitPrice: "0.1", flatPrice: null },
  ];
  test.each([
    { count: 0, steps: ["0 × 0.3"], why: "nothing used: the first tier alone" },
    { count: 3, steps: ["3 × 0.3"], why: "inside the first" },
    { count: 5, steps: ["5 × 0.3"], why: "the upper end belongs to its tier" },
    { count: 6, steps: ["5 × 0.3", "1 × 0.2", "1 × 1.5"], why: "the first unit of a tier brings its flat price" },
    { count: 10, steps: ["5 × 0.3", "5 × 0.2", "1 × 1.5"], why: "the upper end of the second" },
    { count: 25, steps: ["5 × 0.3", "5 × 0.2", "1 × 1.5", "15 × 0.1"], why: "the last tier has no end" },
  ])("$count: $steps ($why)", ({ count, steps }) => {
    const found = graduate(tiers, count);
    expect(found.map(({ quantity, unitPrice }) => [quantity, unitPrice].map(formatFraction).join(" × "))).toEqual(
      steps,
    );
  });
});

describe("the invoices of a customer", () => {
  const nothing = { requests: 0, inputTokens: 0, outputTokens: 0 };
  const texts = (...given: Parameters<typeof expectInvoices>) => expectInvoices(...given).map(describeInvoice);
  const november =
    "issued 2023-11-01T00:00:00Z, total 2900 cents; Monthly fee 2023-11-01T00:00:00Z/2023-12-01T00:00:00Z: 1 for 29, 2900 cents (1 × 29: 2900 cents)";

  test("while no month is closed there is the fee, in advance", () => {
    expect(texts({ start: "2023-11", closed: [] }, () => nothing)).toEqual([november]);
  });

  test("a closed month brings its usage, and the fee of the next", () => {
    const usage = { requests: 7, inputTokens: 485_226, outputTokens: 62_505 };
    expect(texts({ start: "2023-11", closed: ["2023-11"] }, () => usage)).toEqual([
      november,
      [
        "issued 2023-12-01T01:00:00Z, total 3363 cents",
        "Monthly fee 2023-12-01T00:00:00Z/2024-01-01T00:00:00Z: 1 for 29, 2900 cents (1 × 29: 2900 cents)",
        "Input tokens 2023-11-01T00:00:00Z/2023-12-01T00:00:00Z: 485226 for 2.7489746, 275 cents " +
          // 0.3, then 1.175, then 1.2489746, then 2.7489746: to 30, 118, 125 and 275 cents
          "(100000 × 0.000003: 30 cents, 350000 × 0.0000025: 88 cents, 35226 × 0.0000021: 7 cents, 1 × 1.5: 150 cents)",
        "Output tokens 2023-11-01T00:00:00Z/2023-12-01T00:00:00Z: 62505 for 1.87515, 188 cents (62505 × 0.00003: 188 cents)",
      ].join("; "),
    ]);
  });

  test("a month without usage has its lines, too, over the end of a year", () => {
    const [, , december] = texts({ start: "2023-11", closed: ["2023-11", "2023-12"] }, () => nothing);
    expect(december).toBe(
      [
        "issued 2024-01-01T01:00:00Z, total 2900 cents",
        "Monthly fee 2024-01-01T00:00:00Z/2024-02-01T00:00:00Z: 1 for 29, 2900 cents (1 × 29: 2900 cents)",
        "Input tokens 2023-12-01T00:00:00Z/2024-01-01T00:00:00Z: 0 for 0, 0 cents (0 × 0.000003: 0 cents)",
        "Output tokens 2023-12-01T00:00:00Z/2024-01-01T00:00:00Z: 0 for 0, 0 cents ()",
      ].join("; "),
    );
  });
});
