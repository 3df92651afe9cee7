import type { Invoice, InvoiceLine } from "./invoices.ts";
import { formatTable } from "./table.ts";

/** An invoice as lines of text: one row a line, below it one a tier. */
export const printInvoice = (invoice: Invoice): readonly string[] => [
  `${invoice.number}  ${invoice.customer.name}  ${dayOf(invoice.period.from)} to ${dayOf(invoice.period.to)}, ` +
    `issued ${invoice.issuedAt ?? ""}, due ${dayOf(invoice.dueAt ?? "")}${invoice.status === "issued" ? "" : ` (${invoice.status})`}`,
  ...formatTable(
    [
      ["line", "from", "to", "quantity", "unit price", "exact", "rounded"],
      ...invoice.lines.flatMap(toRows),
      ["total", "", "", "", "", "", `${invoice.currency} ${invoice.totals.total}`],
    ],
    3,
  ).map((row) => `  ${row}`),
  "",
];

const toRows = ({ name, period, quantity, price, totals, children, computation }: InvoiceLine): readonly string[][] => [
  [name, dayOf(period.from), dayOf(period.to), quantity, price.amount ?? "", computation.exactAmount, totals.total],
  ...(price.type === "tiered"
    ? children.map((child) => [
        `  ${child.name.replace(`${name}: `, "")}`,
        "",
        "",
        child.quantity,
        child.perUnitAmount,
        "",
        child.totals.total,
      ])
    : []),
];

const dayOf = (at: string): string => at.slice(0, 10);
