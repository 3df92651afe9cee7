import type { Client } from "./client.ts";
import {
  addFractions,
  compareFractions,
  formatFraction,
  type Fraction,
  parseFraction,
  zeroFraction,
} from "./fraction.ts";
import { describeInvoice, type Invoice, readInvoice } from "./invoices.ts";
import type { InvoiceFigures } from "./expected-invoices.ts";
import { inputTokens, outputTokens } from "./plan.ts";
import { type Check, count } from "./check.ts";
import type { Figures } from "./usage.ts";

/** The quantities of all invoices together are what the files say. Requests are free of charge and on no invoice. */
export const checkQuantities = (invoices: readonly Invoice[], files: Figures): Check => {
  const expected = describeTokens(files.inputTokens, files.outputTokens);
  const lines = invoices.flatMap((invoice) => readInvoice(invoice).lines);
  const sumOf = (wanted: string): Fraction =>
    lines
      .filter(({ name }) => name === wanted)
      .reduce((sum, { quantity }) => addFractions(sum, quantity), zeroFraction);
  const found = describeTokens(formatFraction(sumOf(inputTokens.name)), formatFraction(sumOf(outputTokens.name)));
  return { what: "billed quantities are the files' totals", expected, found, ok: expected === found };
};

const describeTokens = (input: number | string, output: number | string): string =>
  `${input} input tokens, ${output} output tokens`;

/** Each invoice of each customer, in order, says what the expected one says: dates, quantities, details, amounts. */
export const checkInvoices = (
  customers: readonly Readonly<{ key: string; expected: readonly InvoiceFigures[]; invoices: readonly Invoice[] }>[],
): Check => {
  const what = "each invoice equals one computed from the files with rational numbers";
  for (const { key, expected, invoices } of customers)
    for (let index = 0; index < Math.max(expected.length, invoices.length); index++) {
      const [must, is] = [expected[index], invoices[index]];
      const texts = {
        expected: must === undefined ? "no invoice" : describeInvoice(must),
        found: is === undefined ? "no invoice" : describeInvoice(readInvoice(is)),
      };
      if (texts.expected !== texts.found)
        return { what: `${what}: ${key}, ${is?.number ?? "missing"}`, ...texts, ok: false };
    }
  const all = customers.flatMap(({ expected }) => expected);
  const cents = all.reduce((sum, { totalCents }) => sum + totalCents, 0n);
  const found = `${count(all.length, "invoice")} of USD ${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;
  return { what, expected: found, found, ok: true };
};

/** Every line says how it came about, down to the amount that is printed. */
export const checkExplanations = (invoices: readonly Invoice[]): Check => {
  const lines = invoices.flatMap((invoice) => invoice.lines);
  const bad = lines.filter(
    ({ totals, computation: { explanation } }) =>
      explanation === undefined ||
      explanation.steps.length === 0 ||
      compareFractions(parseFraction(explanation.amount), parseFraction(totals.total)) !== 0n,
  );
  return {
    what: "each line is explained",
    expected: count(lines.length, "explanation"),
    found: count(lines.length - bad.length, "explanation"),
    ok: bad.length === 0,
  };
};

/** Meter computes every invoice again from its events, and comes to the same. */
export const checkRecomputed = async (client: Client, invoices: readonly Invoice[]): Promise<Check> => {
  const different: string[] = [];
  for (const { id, number } of invoices) {
    const { body } = await client.post(`/api/v1/billing/invoices/${id}/recompute`, {});
    if (!(body as Readonly<{ equal: boolean }>).equal) different.push(number);
  }
  return {
    what: "recomputed from the events, each invoice is the same",
    expected: count(invoices.length, "invoice"),
    found: different.length === 0 ? count(invoices.length, "invoice") : `others: ${different.join(", ")}`,
    ok: different.length === 0,
  };
};

type Invariants = Readonly<{
  holds: boolean;
  checked: Readonly<{ invoices: number; lines: number; numbers: number }>;
  broken: readonly object[];
  unchecked: readonly object[];
  next: string | null;
}>;

/** What Meter itself checks of all that was invoiced: sums, quantities, numbers without gaps, nothing billed twice. */
export const checkInvariants = async (client: Client): Promise<Check> => {
  const total = { invoices: 0, lines: 0, numbers: 0 };
  const faults: object[] = [];
  let holds = true;
  for (let after: string | null = ""; after !== null;) {
    const page = (await client.get("/api/v1/invariants", after === "" ? {} : { after })) as Invariants;
    holds &&= page.holds;
    faults.push(...page.broken, ...page.unchecked);
    total.invoices += page.checked.invoices;
    total.lines += page.checked.lines;
    total.numbers += page.checked.numbers;
    after = page.next;
  }
  const checked = `${count(total.invoices, "invoice")}, ${count(total.lines, "line")}, ${count(total.numbers, "number")}`;
  return {
    what: "Meter's invariants hold",
    expected: checked,
    found: holds ? checked : JSON.stringify(faults.slice(0, 3)),
    ok: holds,
  };
};
