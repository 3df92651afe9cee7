import { countBilledUsage } from "./billed-usage.ts";
import { type Check, count } from "./check.ts";
import {
  checkExplanations,
  checkInvariants,
  checkInvoices,
  checkQuantities,
  checkRecomputed,
} from "./check-invoices.ts";
import type { Client } from "./client.ts";
import { closedMonths, closeMonth } from "./clock.ts";
import { expectInvoices } from "./expected-invoices.ts";
import { listInvoices } from "./invoices.ts";
import { type Month, monthOf } from "./month.ts";
import type { Output } from "./output.ts";
import { printInvoice } from "./print-invoice.ts";
import type { Subscribed } from "./subscribe.ts";
import type { Trace } from "./trace.ts";

/** The first and the last month in which there are requests. */
export const monthsOf = (traces: readonly Trace[]): Readonly<{ first: Month; last: Month }> => {
  const months = traces.flatMap(({ requests }) => requests.map(({ at }) => monthOf(at))).toSorted();
  const [first, last] = [months[0], months.at(-1)];
  if (first === undefined || last === undefined) throw new Error("the traces have no request");
  return { first, last };
};

/** What a run has closed: from here on its invoices are there. */
export type Closed = Readonly<{ now: string; months: readonly Month[]; check: Check }>;

/** Moves the clock past the last month of the traces, so that Meter closes, collects and issues all until then. */
export const closeMonths = async (client: Client, traces: readonly Trace[], { start }: Subscribed): Promise<Closed> => {
  const { now, parked } = await closeMonth(client, monthsOf(traces).last);
  const months = closedMonths(start, now);
  return {
    now,
    months,
    check: {
      what: `at ${now} all that was due is done`,
      expected: "nothing is parked",
      found: parked.map(({ customerId, reason }) => `${customerId} is parked: ${reason}`)[0] ?? "nothing is parked",
      ok: parked.length === 0,
    },
  };
};

/** Prints all invoices of the customers, and checks them against the traces. */
export const reviewInvoices = async (
  client: Client,
  traces: readonly Trace[],
  { subscribed, closed, output }: Readonly<{ subscribed: Subscribed; closed: Closed; output: Output }>,
): Promise<readonly Check[]> => {
  const { start, customers } = subscribed;
  const usage = await countBilledUsage(client, traces, { start, closed: closed.months });
  const reviewed = await Promise.all(
    customers.map(async ({ key, id }) => ({
      key,
      expected: expectInvoices({ start, closed: closed.months }, (month) => usage.usageIn(key, month)),
      invoices: await listInvoices(client, id),
    })),
  );
  const invoices = reviewed.flatMap((customer) => customer.invoices);
  output.line(
    `${count(customers.length, "customer")} on the plan LLM Pro from ${start} on, ${count(closed.months.length, "month")} closed: ${count(invoices.length, "invoice")}\n`,
  );
  for (const line of invoices.flatMap(printInvoice)) output.line(line);
  for (const note of usage.notes) output.line(`note  ${note}`);
  return [
    closed.check,
    checkQuantities(invoices, usage.total),
    checkInvoices(reviewed),
    checkExplanations(invoices),
    await checkRecomputed(client, invoices),
    await checkInvariants(client),
  ];
};
