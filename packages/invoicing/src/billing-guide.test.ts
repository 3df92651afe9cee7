import type { Price } from "@meter/catalog";
import { noCommitments, noDiscounts } from "@meter/catalog";
import { type RateInput, type RatedPart, toRatedPart } from "@meter/pricing";
import {
  addDuration,
  dec,
  formatDecimal,
  formatInstant,
  formatRatio,
  parseDuration,
  toRatio,
  utc,
} from "@meter/primitives";
import { describe, expect, test } from "vitest";
import { at, pricing, usd } from "./invoicing.test-support.ts";

// The rules of docs/guides/billing.md that no other test is named for.

type Input = Readonly<{
  price: object;
  total: string;
  card?: Partial<RateInput["rateCard"]>;
  earlier?: readonly RatedPart[];
  final?: boolean;
}>;

/** Of a service period of which half is left. */
const rateHalf = ({ price, total, card = {}, earlier = [], final = true }: Input) => {
  const rated = pricing.rate({
    rateCard: {
      price: price as Price, // of a type of ours
      discounts: noDiscounts,
      unitConfig: null,
      commitments: noCommitments,
      taxConfig: null,
      ...card,
    },
    currency: usd,
    usage: { total: dec(total) },
    earlier,
    final,
    proration: toRatio(1n, 2n),
  });
  if (!rated.ok) throw new Error(rated.error.type);
  return rated.value;
};
const amountOf = (input: Input): string => formatDecimal(rateHalf(input).amount);
const unit = { type: "unit", amount: dec("1") };

describe("in a service period that is cut short", () => {
  test("a fixed amount is prorated", () => {
    expect(amountOf({ price: { type: "flat", amount: dec("10"), paymentTerm: "in_advance" }, total: "0" })).toBe("5");
  });

  test.each([
    {
      what: "the minimum spend",
      of: { price: unit, total: "1", card: { commitments: { minimumAmount: dec("10"), maximumAmount: null } } },
      is: "10",
    },
    {
      what: "free units",
      of: {
        price: unit,
        total: "12",
        card: { discounts: { percentage: null, usage: { quantity: dec("10"), correlationId: null } } },
      },
      is: "2",
    },
    {
      what: "the flat amount of a tier",
      of: {
        price: { type: "graduated", tiers: [{ upTo: null, unitAmount: dec("1"), flatAmount: dec("7") }] },
        total: "1",
      },
      is: "8",
    },
  ])("$what counts in full", ({ of, is }) => {
    expect(amountOf(of)).toBe(is);
  });
});

test("months of a duration are added before days", () => {
  const duration = parseDuration("P1M1D");
  if (!duration.ok) throw new Error(duration.error.type);
  expect(formatInstant(addDuration(at("2027-01-31T00:00:00Z"), duration.value, utc))).toBe("2027-03-01T00:00:00Z");
});

test("the exact amount is cumulative, the line is not", () => {
  const price = { type: "unit", amount: dec("0.333") };
  const first = rateHalf({ price, total: "10", final: false });
  const second = rateHalf({ price, total: "20", earlier: [toRatedPart(first)] });
  expect([first, second].map(({ exactWhole, amount }) => [formatRatio(exactWhole), formatDecimal(amount)])).toEqual([
    ["3.33", "3.33"],
    ["6.66", "3.33"],
  ]);
});

test("a card of 0.004 a month never comes to a cent", () => {
  const price = { type: "unit", amount: dec("0.004") };
  expect(Array.from({ length: 12 }, () => amountOf({ price, total: "1" }))).toEqual(
    Array.from({ length: 12 }, () => "0"),
  );
  expect(amountOf({ price, total: "12" })).toBe("0.05");
});
