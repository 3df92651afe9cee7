import type { Client } from "./client.ts";
import type { DetailFigures, InvoiceFigures, LineFigures } from "./expected-invoices.ts";
import { formatFraction, multiplyFractions, parseFraction, wholeFraction } from "./fraction.ts";

type Totals = Readonly<{ total: string }>;
type Period = Readonly<{ from: string; to: string }>;

/** Of an invoice on the wire what this example reads. All numbers are decimals as text. */
export type Invoice = Readonly<{
  id: string;
  number: string;
  status: string;
  currency: string;
  customer: Readonly<{ name: string }>;
  period: Period;
  issuedAt?: string;
  dueAt?: string;
  totals: Totals;
  lines: readonly InvoiceLine[];
}>;

export type InvoiceLine = Readonly<{
  name: string;
  period: Period;
  quantity: string;
  totals: Totals;
  price: Readonly<{ type: string; amount?: string }>;
  children: readonly Readonly<{ name: string; quantity: string; perUnitAmount: string; totals: Totals }>[];
  computation: Readonly<{
    exactAmount: string;
    explanation?: Readonly<{ steps: readonly unknown[]; amount: string }>;
  }>;
}>;

const pageSize = 1_000;

/** A customer's issued invoices with their lines, the oldest first. Drafts are left out: they are no documents yet. */
export const listInvoices = async (client: Client, customerId: string): Promise<readonly Invoice[]> => {
  const invoices: Invoice[] = [];
  for (let page = 1; ; page++) {
    const { items, totalCount } = (await client.get("/api/v1/billing/invoices", {
      customers: customerId,
      expand: "lines",
      orderBy: "createdAt",
      order: "ASC",
      page: String(page),
      pageSize: String(pageSize),
    })) as Readonly<{ items: readonly Invoice[]; totalCount: number }>;
    invoices.push(...items.filter(({ status }) => status !== "draft"));
    if (page * pageSize >= totalCount) return invoices;
  }
};

/** The figures of an invoice as Meter issued it, to be compared with what they must be. */
export const readInvoice = ({ issuedAt = "", lines, totals }: Invoice): InvoiceFigures => ({
  issuedAt,
  lines: lines.map(({ name, period, quantity, totals: { total }, children, computation }): LineFigures => ({
    name,
    ...period,
    quantity: parseFraction(quantity),
    exact: parseFraction(computation.exactAmount),
    cents: toCents(total),
    details: children.map((child): DetailFigures => ({
      quantity: parseFraction(child.quantity),
      unitPrice: parseFraction(child.perUnitAmount),
      cents: toCents(child.totals.total),
    })),
  })),
  totalCents: toCents(totals.total),
});

/** Throws when the amount is not one of whole cents: nothing on an invoice may be finer. */
const toCents = (amount: string): bigint => {
  const cents = multiplyFractions(parseFraction(amount), wholeFraction(100));
  if (cents.denominator !== 1n) throw new Error(`${amount} is not a number of cents`);
  return cents.numerator;
};

/** Equal texts are equal invoices, to the last digit. */
export const describeInvoice = ({ issuedAt, lines, totalCents }: InvoiceFigures): string =>
  [`issued ${issuedAt}, total ${totalCents} cents`, ...lines.map(describeLine)].join("; ");

const describeLine = ({ name, from, to, quantity, exact, cents, details }: LineFigures): string =>
  `${name} ${from}/${to}: ${formatFraction(quantity)} for ${formatFraction(exact)}, ${cents} cents (${details
    .map((detail) => `${formatFraction(detail.quantity)} × ${formatFraction(detail.unitPrice)}: ${detail.cents} cents`)
    .join(", ")})`;
