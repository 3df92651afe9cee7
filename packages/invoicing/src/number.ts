import type { InvoiceNumber } from "./invoice.ts";

/** Invoices of a namespace are counted together, drafts apart: only what was issued must have no gap. */
export const invoiceSeries = "invoices";
export const draftSeries = "invoices/draft";

export const toInvoiceNumber = (customerName: string, sequence: number): InvoiceNumber => ({
  series: invoiceSeries,
  sequence,
  text: `INV-${customerPrefix(customerName)}-${sequence}`,
});

export const toDraftNumber = (customerName: string, sequence: number): string =>
  `DRAFT-${customerPrefix(customerName)}-${sequence}`;

/** The sequence in a number of a draft: the order in which drafts were made, whatever the clock said. */
export const draftSequenceOf = (number: string): number => Number(number.slice(number.lastIndexOf("-") + 1));

/**
 * Up to four capital letters or digits of a name: the first four of a single word, else two each of its first two words.
 * Letters with marks lose them; what is not ASCII then is left out. `UNKN` when nothing is left.
 */
export const customerPrefix = (name: string): string => {
  const words = name
    .normalize("NFKD")
    .replaceAll(/[^A-Za-z0-9 ]/g, "")
    .split(" ");
  const [first = "", second] = words.filter((word) => word !== "");
  const prefix = second === undefined ? first.slice(0, 4) : first.slice(0, 2) + second.slice(0, 2);
  return prefix === "" ? "UNKN" : prefix.toUpperCase();
};
