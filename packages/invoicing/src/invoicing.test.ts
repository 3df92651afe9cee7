import { ok, dec, formatDecimal, formatInstant } from "@meter/primitives";
import { describe, expect, test } from "vitest";
import { collectUsage } from "./collect.ts";
import { collectionAtOf } from "./draft.ts";
import { checkInvoice } from "./invariants.ts";
import type { IssuedInvoice } from "./invoice.ts";
import { at, calls, draftAt, fee, pricing, subscribe, usageOf, usd } from "./invoicing.test-support.ts";
import { issueAtOf, issueInvoice, voidInvoice } from "./lifecycle.ts";
import { customerPrefix, draftSequenceOf, toDraftNumber, toInvoiceNumber } from "./number.ts";
import { expectedTotal, settleCredits, type Totals } from "./totals.ts";
import { builtInBillingProfile } from "./billing-profile.ts";

const start = at("2027-01-01T00:00:00Z");
const monthEnd = at("2027-02-01T00:00:00Z");
const subscription = subscribe([fee, calls], start);

const issue = (quantity: string): IssuedInvoice => {
  const draft = draftAt(subscription, monthEnd, quantity);
  return issueInvoice(draft, {
    number: toInvoiceNumber("Acme Inc", 1),
    creditBalance: dec("0"),
    now: issueAtOf(draft),
  });
};

describe("a draft over what became due together", () => {
  test("in advance, at the start: the fee alone, and nothing to wait for", () => {
    const draft = draftAt(subscription, start);
    expect(draft.lines.map(({ name, usage }) => [name, usage])).toEqual([["fee", null]]);
    expect([formatDecimal(draft.totals.total), draft.collectionAt, issueAtOf(draft)]).toEqual(["29", null, start]);
    expect([draft.period.start, draft.period.end]).toEqual([start, monthEnd]);
  });

  test("at the end of the month: last month's usage and next month's fee, which waits an hour for late events", () => {
    const draft = draftAt(subscription, monthEnd, "1001");
    expect(draft.lines.map(({ name, rating }) => [name, formatDecimal(rating.totals.total)])).toEqual([
      ["fee", "29"],
      ["calls", "5.01"], // 5.005, rounded once, half away from zero
    ]);
    expect(draft.lines[1]?.rating.exact).toBe("5.005");
    expect(formatDecimal(draft.totals.total)).toBe("34.01");
    expect(formatInstant(issueAtOf(draft))).toBe("2027-02-01T01:00:00Z");
    expect([draft.period.start, draft.period.end]).toEqual([start, at("2027-03-01T00:00:00Z")]);
  });

  test("usage of nothing makes a line", () => {
    expect(draftAt(subscription, monthEnd, "0").lines).toHaveLength(2);
  });
});

test("collecting replaces the quantities and what follows from them, and nothing else", () => {
  const draft = draftAt(subscription, monthEnd, "10");
  const line = draft.lines[1];
  if (line === undefined) throw new Error("there is a line with usage");
  const now = issueAtOf(draft);
  const collected = collectUsage(pricing, draft, {
    collected: new Map(draft.lines.map(({ id, usage }) => [id, { usage: usage && ok(usageOf("2000")), earlier: [] }])),
    currency: usd,
    now,
  });
  expect(collected.lines[0]).toEqual(draft.lines[0]);
  expect(collected.lines[1]).toMatchObject({ id: line.id, chargeKey: line.chargeKey, usage: usageOf("2000") });
  expect([formatDecimal(collected.totals.total), collected.quantitySnapshotAt]).toEqual(["39", now]);
});

describe("when usage counts as complete", () => {
  const noon = { invoiceAt: at("2027-06-15T12:00:00Z") };
  const evening = { invoiceAt: at("2027-06-15T20:00:00Z") };
  test.each([
    {
      why: "an hour after the latest metered line",
      lines: [
        { rateCard: calls, ...noon },
        { rateCard: calls, ...evening },
      ],
      expected: "2027-06-15T21:00:00Z",
    },
    {
      why: "fixed amounts wait for nothing",
      lines: [
        { rateCard: calls, ...noon },
        { rateCard: fee, ...evening },
      ],
      expected: "2027-06-15T13:00:00Z",
    },
    { why: "nothing depends on usage", lines: [{ rateCard: fee, ...noon }], expected: null },
  ])("$why", ({ lines, expected }) => {
    expect(collectionAtOf(lines, builtInBillingProfile)).toBe(expected === null ? null : at(expected));
  });
});

describe("an issued invoice", () => {
  test("is due thirty days later, and cannot be issued before its time", () => {
    const invoice = issue("1");
    expect([formatInstant(invoice.issuedAt), formatInstant(invoice.dueAt)]).toEqual([
      "2027-02-01T01:00:00Z",
      "2027-03-03T01:00:00Z",
    ]);
    expect(() =>
      issueInvoice(draftAt(subscription, monthEnd), {
        number: toInvoiceNumber("Acme", 2),
        creditBalance: dec("0"),
        now: monthEnd,
      }),
    ).toThrow(/time has come/);
  });

  test("is voided once, and a draft not at all", () => {
    const now = at("2027-02-02T00:00:00Z");
    const voided = voidInvoice(issue("1"), { reason: "a mistake", now });
    expect(voided).toMatchObject({ ok: true, value: { status: "voided", voidedAt: now, voidReason: "a mistake" } });
    if (voided.ok)
      expect(voidInvoice(voided.value, { reason: "again", now })).toMatchObject({
        error: { type: "invoice_action_not_available", status: "voided" },
      });
    expect(voidInvoice(draftAt(subscription, monthEnd), { reason: "no", now }).ok).toBe(false);
  });
});

describe("credits: an invoice never goes below zero", () => {
  const totals = (total: string): Totals => ({
    amount: dec(total),
    chargesTotal: dec("0"),
    discountsTotal: dec("0"),
    creditsTotal: dec("0"),
    total: dec(total),
  });
  test.each([
    { total: "10", balance: "0", credits: "0", rest: "10", why: "there is none" },
    { total: "10", balance: "3", credits: "3", rest: "7", why: "all of it is used" },
    { total: "10", balance: "30", credits: "10", rest: "0", why: "no more than the invoice is used" },
    { total: "-4", balance: "0", credits: "-4", rest: "0", why: "what is below zero becomes credit" },
    { total: "-4", balance: "3", credits: "-4", rest: "0", why: "also beside credit that is there" },
    {
      total: "10",
      balance: "-2",
      credits: "0",
      rest: "10",
      why: "a balance below zero, after a voiding, charges nothing",
    },
    { total: "0", balance: "5", credits: "0", rest: "0", why: "nothing is to be paid" },
  ])("$total with a balance of $balance: $rest ($why)", ({ total, balance, credits, rest }) => {
    const settled = settleCredits(totals(total), dec(balance));
    expect([settled.creditsTotal, settled.total].map(formatDecimal)).toEqual([credits, rest]);
    expect(formatDecimal(expectedTotal(settled))).toBe(rest);
  });
});

describe("numbers", () => {
  test.each([
    ["Jo", "JO"],
    ["P Turi", "PTU"],
    ["Líb Hosted", "LIHO"],
    ["Acme Inc", "ACIN"],
    ["acme", "ACME"],
    ["  Acme   Inc  ", "ACIN"],
    ["名", "UNKN"],
    ["", "UNKN"],
  ])("%s → %s", (name, prefix) => {
    expect(customerPrefix(name)).toBe(prefix);
  });

  test.each([1, 9, 10, 12_345])("a draft's says how many were made before: %i", (sequence) => {
    expect(draftSequenceOf(toDraftNumber("Acme-7 Inc", sequence))).toBe(sequence);
  });
});

describe("invariants name the figure that is wrong", () => {
  const invoice = issue("1001");
  const [first, second] = invoice.lines;
  if (first === undefined || second === undefined) throw new Error("there are two lines");
  const withLine = (change: object): IssuedInvoice => ({ ...invoice, lines: [first, { ...second, ...change }] });
  const rating = (change: object): IssuedInvoice => withLine({ rating: { ...second.rating, ...change } });
  const cent = dec("0.01");

  test("nothing is wrong with what we make", () => {
    expect(checkInvoice(invoice, usd)).toEqual([]);
  });

  test.each([
    {
      why: "the invoice's total",
      changed: { ...invoice, totals: { ...invoice.totals, total: dec("34") } },
      rule: /total is the sum of its lines/,
    },
    {
      why: "a line's amount",
      changed: rating({ totals: { ...second.rating.totals, amount: dec("5") } }),
      rule: /amount is the sum of its details/,
    },
    {
      why: "a detail's total",
      changed: rating({ details: second.rating.details.map((detail) => ({ ...detail, total: cent })) }),
      rule: /less discounts is the total/,
    },
    { why: "a quantity", changed: withLine({ usage: usageOf("1000") }), rule: /billed quantity is the metered one/ },
    {
      why: "a fraction of a cent",
      changed: { ...invoice, totals: { ...invoice.totals, total: dec("34.015") } },
      rule: /sum of its lines/,
    },
  ])("$why", ({ changed, rule }) => {
    const broken = checkInvoice(changed, usd);
    expect(broken.map(({ rule: name }) => name).join("; ")).toMatch(rule);
    expect(broken[0]?.where).toContain(invoice.id);
  });
});
