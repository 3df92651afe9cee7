import { describe, expect, test } from "vitest";
import { checkExplanations, checkInvoices, checkQuantities } from "./check-invoices.ts";
import { expectInvoices } from "./expected-invoices.ts";
import type { Invoice, InvoiceLine } from "./invoices.ts";

const usage = { requests: 7, inputTokens: 100_001, outputTokens: 1_000 };
const expected = expectInvoices({ start: "2023-11", closed: ["2023-11"] }, () => usage);

type LineText = Pick<InvoiceLine, "name" | "quantity" | "children" | "price"> &
  Readonly<{ month: "11" | "12"; exactAmount: string; total: string }>;

const line = ({ month, exactAmount, total, ...rest }: LineText): InvoiceLine => ({
  ...rest,
  period:
    month === "11"
      ? { from: "2023-11-01T00:00:00Z", to: "2023-12-01T00:00:00Z" }
      : { from: "2023-12-01T00:00:00Z", to: "2024-01-01T00:00:00Z" },
  totals: { total },
  computation: { exactAmount, explanation: { steps: [{}], amount: total } },
});

const detail = (quantity: string, perUnitAmount: string, total: string): InvoiceLine["children"][number] => ({
  name: "",
  quantity,
  perUnitAmount,
  totals: { total },
});

const fee = (month: "11" | "12"): InvoiceLine =>
  line({
    name: "Monthly fee",
    month,
    price: { type: "flat", amount: "29" },
    quantity: "1",
    exactAmount: "29",
    total: "29.00",
    children: [detail("1", "29", "29.00")],
  });

const invoice = (issuedAt: string, total: string, lines: readonly InvoiceLine[]): Invoice => ({
  id: "",
  number: `INV-CU01-${issuedAt.slice(5, 7)}`,
  status: "issued",
  currency: "USD",
  customer: { name: "Customer 01" },
  period: { from: "", to: "" },
  issuedAt,
  totals: { total },
  lines,
});

/** Worked out by hand: 100,000 × 0.000003 + 1 × 0.0000025, and 1,000 × 0.00003. */
const invoices: readonly Invoice[] = [
  invoice("2023-11-01T00:00:00Z", "29.00", [fee("11")]),
  invoice("2023-12-01T01:00:00Z", "29.33", [
    fee("12"),
    line({
      name: "Input tokens",
      month: "11",
      price: { type: "tiered" },
      quantity: "100001",
      exactAmount: "0.3000025",
      total: "0.30",
      children: [detail("100000", "0.000003", "0.30"), detail("1", "0.0000025", "0.00")],
    }),
    line({
      name: "Output tokens",
      month: "11",
      price: { type: "unit", amount: "0.00003" },
      quantity: "1000",
      exactAmount: "0.03",
      total: "0.03",
      children: [detail("1000", "0.00003", "0.03")],
    }),
  ]),
];

/** The invoices with one text of their JSON replaced, which occurs in it. */
const altered = (from: string, to: string): readonly Invoice[] => {
  const text = JSON.stringify(invoices);
  expect(text).toContain(from);
  return JSON.parse(text.replace(from, to)) as readonly Invoice[];
};

describe("each invoice equals the expected one", () => {
  const check = (found: readonly Invoice[]) => checkInvoices([{ key: "customer-01", expected, invoices: found }]);

  test("as it was worked out by hand", () => {
    expect(check(invoices)).toMatchObject({ ok: true, found: "2 invoices of USD 58.33" });
  });

  test.each([
    { from: '"total":"29.33"', to: '"total":"29.34"', why: "the total" },
    { from: '"exactAmount":"0.3000025"', to: '"exactAmount":"0.3000024"', why: "an exact amount" },
    { from: '"quantity":"100001"', to: '"quantity":"100000"', why: "a quantity" },
    { from: '"perUnitAmount":"0.0000025"', to: '"perUnitAmount":"0.000002"', why: "a unit price" },
    { from: '"total":"0.03"', to: '"total":"0.04"', why: "a rounded amount" },
    { from: "2023-12-01T01:00:00Z", to: "2023-12-01T00:00:00Z", why: "when it was issued" },
    { from: "2024-01-01T00:00:00Z", to: "2024-01-02T00:00:00Z", why: "a period" },
  ])("$why is another", ({ from, to }) => {
    expect(check(altered(from, to))).toMatchObject({
      ok: false,
      what: expect.stringContaining("customer-01, INV-CU01"),
    });
  });

  test.each([
    { found: invoices.slice(0, 1), why: "one is missing" },
    { found: [...invoices, ...invoices.slice(1)], why: "one is too many" },
    { found: invoices.toReversed(), why: "the order is another" },
  ])("$why", ({ found }) => {
    expect(check(found).ok).toBe(false);
  });
});

test("quantities of all invoices are summed by what they are of", () => {
  expect(
    checkQuantities([...invoices, ...invoices], { requests: 0, inputTokens: 200_002, outputTokens: 2_000 }),
  ).toEqual(expect.objectContaining({ ok: true, found: "200002 input tokens, 2000 output tokens" }));
  expect(checkQuantities(invoices, { ...usage, outputTokens: 1_001 }).ok).toBe(false);
});

test.each([
  { from: '"steps":[{}]', to: '"steps":[]', ok: false, why: "no step" },
  { from: '"amount":"0.30"', to: '"amount":"0.31"', ok: false, why: "another amount" },
  { from: '"amount":"0.30"', to: '"amount":"0.3"', ok: true, why: "the same amount" },
])("an explanation with $why: $ok", ({ from, to, ok }) => {
  expect(checkExplanations(altered(from, to)).ok).toBe(ok);
});
