import type { Price, RateCard } from "@meter/catalog";
import type { Customer, InvoiceFilter } from "@meter/core";
import {
  checkInvoice,
  collectUsage,
  type Invoice,
  type InvoiceId,
  type InvoiceLine,
  voidInvoice,
} from "@meter/invoicing";
import { builtInModels, createPricing } from "@meter/pricing";
import { ok, dec, instant, toRatio } from "@meter/primitives";
import fc from "fast-check";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { at, toCustomer } from "../fixtures.test-support.ts";
import { usePostgres } from "../use-postgres.test-support.ts";
import { invoices as anyInvoices, withNewIds } from "./arbitrary-invoices.test-support.ts";
import {
  inLowestScale,
  insertInvoices,
  nextId,
  toDraft,
  toIssued,
  toLine,
  toRateCard,
  toSubscription,
  usd,
} from "./fixtures.test-support.ts";

const postgres = usePostgres();

const createCustomer = async (fields: Partial<Customer> = {}): Promise<Customer> => {
  const customer = toCustomer({ namespace: nextId(), ...fields });
  await postgres().store.customers.create(customer);
  return customer;
};

const find = ({ namespace, id }: Invoice) => postgres().store.billing.findInvoice(namespace, id);

/** In the database itself, behind the store's back. */
const query = async (text: string, values: readonly unknown[] = []): Promise<void> => {
  const client = new pg.Client({ connectionString: postgres().url });
  await client.connect();
  try {
    await client.query(text, [...values]);
  } finally {
    await client.end();
  }
};

const price = (definition: Readonly<{ type: string; [member: string]: unknown }>): Price => definition as Price;
const tiers = [
  {
    upTo: dec("100.000000000000000000000000000001"),
    unitAmount: dec("0.000000000000000000000000000003"),
    flatAmount: dec("1"),
  },
  { upTo: null, unitAmount: dec("0.07"), flatAmount: null },
];
const card = (key: string, of: Price, fields: Partial<RateCard> = {}): RateCard =>
  toRateCard(of, { key, name: key, featureKey: of.paymentTerm === undefined ? key : null, ...fields });

/** A line of every price model, with quantities of 30 fraction digits. */
const everyModel = () => [
  toLine(card("fee", price({ type: "flat", amount: dec("9.99"), paymentTerm: "in_advance" })), null, {
    proration: toRatio(1_234_567n, 2_678_400n),
  }),
  toLine(card("late", price({ type: "flat", amount: dec("100"), paymentTerm: "in_arrears" })), null),
  toLine(
    card("unit", price({ type: "unit", amount: dec("0.333333333333333333333333333333") }), {
      discounts: { percentage: { percentage: dec("12.5"), correlationId: null }, usage: null },
      commitments: { minimumAmount: dec("50"), maximumAmount: dec("60") },
    }),
    dec("12.000000000000000000000000000007"),
  ),
  toLine(card("graduated", price({ type: "graduated", tiers })), dec("123.456")),
  toLine(card("volume", price({ type: "volume", tiers })), dec("0")),
  toLine(card("package", price({ type: "package", amount: dec("0.5"), quantityPerPackage: dec("3") })), dec("10")),
  toLine(
    card("dynamic", price({ type: "dynamic", multiplier: dec("1.2") }), {
      commitments: { minimumAmount: null, maximumAmount: dec("3") },
    }),
    dec("79999999999999999999999999999999999999"),
  ),
];

describe("an invoice", () => {
  test("of every price model comes back with every figure, as draft, issued and voided", async () => {
    const customer = await createCustomer({ key: "acme", subjectKeys: ["a", "b"], name: "Ácme 😀" });
    const { billing } = postgres().store;
    const draft = toDraft(customer, everyModel());
    await insertInvoices(postgres().store, customer, [draft]);
    expect(await find(draft)).toEqual(inLowestScale(draft));

    const issued = toIssued(draft, 1);
    await billing.withCustomer(customer.namespace, customer.id, async (tx) => {
      expect(await tx.listDrafts()).toEqual([inLowestScale(draft)]);
      await tx.updateInvoice(issued);
      expect(await tx.listDrafts()).toEqual([]);
      expect(await tx.findInvoice(issued.id)).toEqual(inLowestScale(issued));
    });
    expect(await find(issued)).toEqual(inLowestScale(issued));

    const voided = voidInvoice(issued, { reason: "wrong\0", now: at(77) });
    if (!voided.ok) throw new Error(voided.error.type);
    await billing.withCustomer(customer.namespace, customer.id, (tx) => tx.updateInvoice(voided.value));
    expect(await find(issued)).toEqual(inLowestScale({ ...voided.value, voidReason: "wrong\uFFFD" }));
  });

  test("a draft takes other figures, lines and a reason to wait; the last reading of usage is what counts", async () => {
    const customer = await createCustomer();
    const { billing } = postgres().store;
    const draft = toDraft(customer, everyModel());
    await insertInvoices(postgres().store, customer, [draft]);
    const read = new Map(
      draft.lines.map(
        ({ id, usage }) => [id, { usage: usage && ok({ ...usage, quantity: dec("1.5") }), earlier: [] }] as const,
      ),
    );
    const pricing = createPricing({ models: builtInModels });
    const collected = collectUsage(pricing, draft, { collected: read, currency: usd, now: at(9) });
    const waiting = { ...collected, waitingFor: "usage\0 is late" };
    await billing.withCustomer(customer.namespace, customer.id, (tx) => tx.updateInvoice(waiting));
    expect(await find(draft)).toEqual(inLowestScale({ ...waiting, waitingFor: "usage\uFFFD is late" }));
    const shorter = { ...collected, lines: collected.lines.slice(2) };
    await billing.withCustomer(customer.namespace, customer.id, (tx) => tx.updateInvoice(shorter));
    expect(await find(draft)).toEqual(inLowestScale(shorter));
  });

  test("the parts of a whole, in the order of time, and none of what is voided", async () => {
    const customer = await createCustomer();
    const { billing } = postgres().store;
    const card = toRateCard({ type: "unit", amount: dec("0.5") } as Price);
    const days = [0, 10, 20, 31].map((day) => instant(Date.UTC(2026, 0, 1 + day)));
    const wholePeriod = { start: days[0] ?? at(0), end: days[3] ?? at(0) };
    const part = (index: number): InvoiceLine =>
      toLine(card, dec(String(index + 1)), {
        wholeKey: "whole",
        wholePeriod,
        servicePeriod: { start: days[index] ?? at(0), end: days[index + 1] ?? at(0) },
        isFinal: index === 2,
      });
    const [first, second, third] = [part(0), part(1), part(2)];
    const mistaken = toIssued(toDraft(customer, [second]), 2);
    const issued = toIssued(toDraft(customer, [first]), 1);
    await insertInvoices(postgres().store, customer, [toDraft(customer, [third]), issued, mistaken]);
    const voided = voidInvoice(mistaken, { reason: "a mistake", now: mistaken.issuedAt });
    if (voided.ok) await billing.withCustomer(customer.namespace, customer.id, (tx) => tx.updateInvoice(voided.value));
    const parts = await billing.withCustomer(customer.namespace, customer.id, (tx) => tx.listParts("whole"));
    expect(parts?.map(({ lineId }) => lineId)).toEqual([first.id, third.id]);
    expect(parts?.map(({ servicePeriod }) => servicePeriod)).toEqual([first.servicePeriod, third.servicePeriod]);
    expect(parts?.map(({ rated }) => rated)).toEqual([first.rating.part, third.rating.part]);
  });

  test("what was issued is voided and nothing else: its figures stay, whatever the update says", async () => {
    const customer = await createCustomer();
    const { billing } = postgres().store;
    const issued = toIssued(toDraft(customer), 1);
    await insertInvoices(postgres().store, customer, [issued]);
    const update = (invoice: Invoice) =>
      billing.withCustomer(customer.namespace, customer.id, (tx) => tx.updateInvoice(invoice));
    await expect(update({ ...issued, dueAt: at(0) })).rejects.toThrow("which is issued, does not become issued");
    await expect(update(toDraft(customer, [], { id: issued.id }))).rejects.toThrow("does not become draft");
    const voided = voidInvoice(issued, { reason: "r", now: at(5) });
    if (!voided.ok) throw new Error(voided.error.type);
    await update({ ...voided.value, lines: [], totals: toDraft(customer, []).totals, dueAt: at(0) });
    expect(await find(issued)).toEqual(inLowestScale(voided.value));
    await expect(update(voided.value)).rejects.toThrow("which is voided");
    await expect(update(toDraft(customer))).rejects.toThrow("is there");
  });

  test("a draft can be taken away with its lines, so that their charge keys are free; a document cannot", async () => {
    const customer = await createCustomer();
    const { billing } = postgres().store;
    const draft = toDraft(customer, everyModel());
    const issued = toIssued(toDraft(customer), 1);
    await insertInvoices(postgres().store, customer, [draft, issued]);
    await billing.withCustomer(customer.namespace, customer.id, (tx) => tx.deleteDraft(draft.id));
    expect(await find(draft)).toBeNull();
    await insertInvoices(postgres().store, customer, [draft]);
    for (const id of [issued.id, nextId<InvoiceId>()])
      await expect(billing.withCustomer(customer.namespace, customer.id, (tx) => tx.deleteDraft(id))).rejects.toThrow(
        "is a draft and this customer's",
      );
    expect(await find(issued)).not.toBeNull();
  });

  test("of another customer, and of another namespace, is not found and not written", async () => {
    const [customer, other] = [await createCustomer(), await createCustomer()];
    const { billing } = postgres().store;
    const draft = toDraft(customer);
    await insertInvoices(postgres().store, customer, [draft]);
    await billing.withCustomer(other.namespace, other.id, async (tx) => {
      expect(await tx.findInvoice(draft.id)).toBeNull();
      expect(await tx.listDrafts()).toEqual([]);
      await expect(tx.insertInvoice(toDraft(customer))).rejects.toThrow("held customer");
      await expect(tx.updateInvoice(draft)).rejects.toThrow("held customer");
    });
    expect(await billing.findInvoice(other.namespace, draft.id)).toBeNull();
    expect(await billing.findInvoice(customer.namespace, "\0")).toBeNull();
  });

  test("any invoice: what is read is what was written", { timeout: 120_000 }, async () => {
    const customer = await createCustomer();
    await fc.assert(
      fc.asyncProperty(anyInvoices(customer), async (drawn) => {
        const invoice = withNewIds(drawn);
        await insertInvoices(postgres().store, customer, [invoice]);
        expect(await find(invoice)).toEqual(invoice);
      }),
      { seed: 4, numRuns: 150 },
    );
  });
});

describe("a figure that is changed in the database", () => {
  const changes = [
    ["invoices", "amount"],
    ["invoices", "charges_total"],
    ["invoices", "discounts_total"],
    ["invoices", "total"],
    ["invoice_lines", "amount"],
    ["invoice_lines", "charges_total"],
    ["invoice_lines", "discounts_total"],
    ["invoice_lines", "total"],
    ["invoice_lines", "quantity"],
    ["invoice_line_details", "amount"],
    ["invoice_line_details", "total"],
  ] as const;
  test.each(changes)("%s.%s is seen by the invariants", async (table, column) => {
    const customer = await createCustomer();
    const issued = toIssued(toDraft(customer, everyModel()), 1);
    await insertInvoices(postgres().store, customer, [issued]);
    expect(checkInvoice(issued, usd)).toEqual([]);
    const before = await find(issued);
    expect(before === null ? [] : checkInvoice(before, usd)).toEqual([]);
    await query(`update ${table} set ${column} = ${column} + 0.01 where namespace = $1`, [customer.namespace]);
    const after = await find(issued);
    expect(after === null ? [] : checkInvoice(after, usd)).not.toEqual([]);
  });

  test("a discount, too", async () => {
    const customer = await createCustomer();
    const issued = toIssued(toDraft(customer, everyModel()), 1);
    await insertInvoices(postgres().store, customer, [issued]);
    await query(
      `update invoice_line_details set discounts = '[{"reason": "maximum_spend", "amount": "0.01"}]' where namespace = $1`,
      [customer.namespace],
    );
    const after = await find(issued);
    expect(after === null ? [] : checkInvoice(after, usd)).not.toEqual([]);
  });
});

describe("a charge key", () => {
  const line = (chargeKey: string) =>
    toLine(card("unit", price({ type: "unit", amount: dec("1") })), dec("1"), { chargeKey });

  test("is billed once: a second line is refused until the first is voided", async () => {
    const customer = await createCustomer();
    const { store } = postgres();
    const issued = toIssued(toDraft(customer, [line("s/p/i/v[0]/period[0]")]), 1);
    await insertInvoices(store, customer, [issued]);
    const again = toDraft(customer, [line("other"), line("s/p/i/v[0]/period[0]")]);
    await expect(insertInvoices(store, customer, [again])).rejects.toThrow("invoice_lines_live_charge");
    expect(await find(again), "nothing of it is left").toBeNull();

    const voided = voidInvoice(issued, { reason: "r", now: at(5) });
    if (!voided.ok) throw new Error(voided.error.type);
    await store.billing.withCustomer(customer.namespace, customer.id, (tx) => tx.updateInvoice(voided.value));
    await insertInvoices(store, customer, [again]);
    expect(await find(again)).toEqual(inLowestScale(again));
    await expect(insertInvoices(store, customer, [toDraft(customer, [line("other")])])).rejects.toThrow(
      "invoice_lines_live_charge",
    );
  });

  test("is each namespace's own", async () => {
    for (const customer of [await createCustomer(), await createCustomer()])
      await insertInvoices(postgres().store, customer, [toDraft(customer, [line("same")])]);
  });

  test("a line cannot say of itself that it is voided", async () => {
    const customer = await createCustomer();
    const draft = toDraft(customer);
    await insertInvoices(postgres().store, customer, [draft]);
    await expect(
      query("update invoice_lines set voided = true where namespace = $1", [customer.namespace]),
    ).rejects.toThrow("invoice_lines_invoice_fkey");
    await expect(query("update invoices set voided = true where namespace = $1", [customer.namespace])).rejects.toThrow(
      "invoices_voided_check",
    );
  });
});

describe("lists", () => {
  const all: InvoiceFilter = {
    page: 1,
    pageSize: 100,
    statuses: null,
    customers: null,
    issuedAfter: null,
    issuedBefore: null,
    createdAfter: null,
    createdBefore: null,
    order: { by: "createdAt", direction: "asc" },
  };

  /** Three customers, four invoices: a draft, two issued ones of which one is voided, and one issued. */
  const fill = async () => {
    const namespace = nextId<string>();
    const [zoe, adam, bob] = [
      await createCustomer({ namespace, name: "zoe" }),
      await createCustomer({ namespace, name: "Adam" }),
      await createCustomer({ namespace, name: "bob" }),
    ];
    const dated = (customer: Customer, n: number) =>
      toDraft(customer, [toLine(card("unit", price({ type: "unit", amount: dec("1") })), dec("1"))], {
        createdAt: at(n * 1_000),
        updatedAt: at(9_000 - n),
        period: { start: at(-n), end: at(100) },
        draftUntil: at(n * 1_000),
        collectionAt: null,
      });
    const draft = dated(zoe, 1);
    const first = toIssued(dated(adam, 2), 1);
    const toVoid = toIssued(dated(bob, 3), 2);
    const last = toIssued(dated(zoe, 4), 3);
    const voided = voidInvoice(toVoid, { reason: "r", now: at(50_000) });
    if (!voided.ok) throw new Error(voided.error.type);
    await insertInvoices(postgres().store, zoe, [draft, last]);
    await insertInvoices(postgres().store, adam, [first]);
    await insertInvoices(postgres().store, bob, [voided.value]);
    const names = new Map<string, string>([
      [draft.id, "draft"],
      [first.id, "first"],
      [voided.value.id, "voided"],
      [last.id, "last"],
    ]);
    const list = async (filter: Partial<InvoiceFilter>) => {
      const { items, totalCount } = await postgres().store.billing.listInvoices(namespace, { ...all, ...filter });
      return { names: items.map(({ id }) => names.get(id)), totalCount };
    };
    return { namespace, list, customers: { zoe, adam, bob }, invoices: { draft, first, voided: voided.value, last } };
  };

  const orders: readonly (readonly [InvoiceFilter["order"]["by"], readonly string[]])[] = [
    ["customer.name", ["first", "voided", "draft", "last"]],
    ["issuedAt", ["first", "voided", "last", "draft"]],
    ["status", ["draft", "first", "last", "voided"]],
    ["createdAt", ["draft", "first", "voided", "last"]],
    ["updatedAt", ["first", "last", "draft", "voided"]],
    ["periodStart", ["last", "voided", "first", "draft"]],
  ];

  test("in every order, forwards and backwards", async () => {
    const { list } = await fill();
    for (const [by, names] of orders.filter(([one]) => one !== "updatedAt")) {
      expect((await list({ order: { by, direction: "asc" } })).names, by).toEqual(names);
      expect((await list({ order: { by, direction: "desc" } })).names, by).toEqual(names.toReversed());
    }
  });

  test("by the instant of the last change", async () => {
    const { list, invoices } = await fill();
    const expected = Object.entries(invoices)
      .toSorted(([, a], [, b]) => a.updatedAt - b.updatedAt)
      .map(([name]) => name);
    expect((await list({ order: { by: "updatedAt", direction: "asc" } })).names).toEqual(expected);
    expect((await list({ order: { by: "updatedAt", direction: "desc" } })).names).toEqual(expected.toReversed());
  });

  test("page by page: the total is that of all pages", async () => {
    const { list } = await fill();
    expect(await list({ pageSize: 3 })).toEqual({ names: ["draft", "first", "voided"], totalCount: 4 });
    expect(await list({ pageSize: 3, page: 2 })).toEqual({ names: ["last"], totalCount: 4 });
    expect(await list({ pageSize: 3, page: 3 })).toEqual({ names: [], totalCount: 4 });
  });

  test("by status, customer and instants, bounds included", async () => {
    const { list, customers, invoices } = await fill();
    expect((await list({ statuses: ["draft", "voided"] })).names).toEqual(["draft", "voided"]);
    expect((await list({ statuses: [] })).names).toEqual([]);
    expect((await list({ statuses: ["paid", "\0"] })).names).toEqual([]);
    expect((await list({ customers: [customers.zoe.id] })).names).toEqual(["draft", "last"]);
    expect((await list({ customers: [customers.zoe.id, customers.bob.id, "\0"] })).totalCount).toBe(3);
    const { issuedAt } = invoices.voided;
    expect((await list({ issuedAfter: issuedAt })).names).toEqual(["voided", "last"]);
    expect((await list({ issuedAfter: instant(issuedAt + 1) })).names).toEqual(["last"]);
    expect((await list({ issuedBefore: issuedAt })).names).toEqual(["first", "voided"]);
    expect((await list({ issuedBefore: instant(issuedAt - 1) })).names).toEqual(["first"]);
    expect((await list({ createdAfter: at(2_000), createdBefore: at(3_000) })).names).toEqual(["first", "voided"]);
  });

  test("for checks: all but drafts, by id, a page after another", async () => {
    const { namespace, invoices } = await fill();
    const { billing } = postgres().store;
    const expected = [invoices.first, invoices.voided, invoices.last].map(({ id }) => id).toSorted();
    const seen: InvoiceId[] = [];
    for (;;) {
      const page = await billing.listForChecks(namespace, { after: seen.at(-1) ?? null, limit: 2 });
      if (page.length === 0) break;
      seen.push(...page.map(({ id }) => id));
    }
    expect(seen).toEqual(expected);
    const [first] = await billing.listForChecks(namespace, { after: null, limit: 1 });
    expect(first).toEqual(inLowestScale(Object.values(invoices).find(({ id }) => id === expected[0])));
  });

  test("an empty namespace, and one that cannot be, have nothing", async () => {
    const { billing } = postgres().store;
    for (const namespace of [nextId<string>(), "\0"]) {
      expect(await billing.listInvoices(namespace, all)).toEqual({ items: [], totalCount: 0 });
      expect(await billing.listForChecks(namespace, { after: null, limit: 5 })).toEqual([]);
      expect(await billing.findGap(namespace, "invoices")).toEqual({ numbers: 0, gap: null });
      expect(await billing.findOverlaps(namespace, 5)).toEqual({ lines: 0, overlaps: [] });
    }
  });
});

test("a deleted customer's billing goes on", async () => {
  const customer = await createCustomer();
  const { store } = postgres();
  await store.billing.withCustomer(customer.namespace, customer.id, (tx) =>
    tx.insertSubscription(toSubscription(customer)),
  );
  await store.customers.delete(customer.namespace, customer.id, at(9));
  await insertInvoices(store, customer, [toIssued(toDraft(customer), 1)]);
  await store.billing.withCustomer(customer.namespace, customer.id, async (tx) => {
    expect(await tx.findCustomer()).toEqual({ ...customer, deletedAt: at(9) });
    expect(await tx.listSubscriptions()).toHaveLength(1);
  });
});

describe("what concerns all invoices", () => {
  const card = toRateCard({ type: "unit", amount: dec("1") } as Price);
  const subscription = { id: nextId(), phaseId: nextId(), itemId: nextId() };
  const covering = (
    start: number,
    end: number,
    { item = "calls", ...fields }: Partial<InvoiceLine> & { item?: string } = {},
  ) => {
    const servicePeriod = { start: at(start), end: at(end) };
    const chargeKey = `${subscription.id}/default/${item}/v[0]/period[${nextId()}]`;
    return toLine(card, dec("1"), { subscription, servicePeriod, wholePeriod: servicePeriod, chargeKey, ...fields });
  };

  test("lines that touch, empty ones at an end, other rate cards and subscriptions, and voided ones do not overlap", async () => {
    const customer = await createCustomer();
    const { namespace } = customer;
    const lines = [
      covering(0, 10),
      covering(10, 10),
      covering(10, 20),
      covering(5, 15, { item: "fee" }),
      covering(5, 15, { subscription: { ...subscription, id: nextId() } }),
    ];
    const issued = toIssued(toDraft(customer, [covering(0, 30)]), 1);
    await insertInvoices(postgres().store, customer, [toDraft(customer, lines), issued]);
    const voided = voidInvoice(issued, { reason: "r", now: at(99) });
    if (!voided.ok) throw new Error(voided.error.type);
    await postgres().store.billing.withCustomer(namespace, customer.id, (tx) => tx.updateInvoice(voided.value));
    expect(await postgres().store.billing.findOverlaps(namespace, 10)).toEqual({ lines: 5, overlaps: [] });
  });

  test("lines that overlap are named, also of other versions, phases and invoices, in order, up to the limit", async () => {
    const customer = await createCustomer();
    const { namespace } = customer;
    const [a, b, c] = [
      covering(0, 10),
      covering(9, 20, { chargeKey: `${subscription.id}/later/calls/v[1]/period[0]` }),
      covering(12, 13),
    ];
    const [first, second] = [toDraft(customer, [a, c]), toIssued(toDraft(customer, [b]), 1)];
    await insertInvoices(postgres().store, customer, [first, second]);
    const overlaps = [
      { invoiceId: second.id, lineId: b.id, start: at(9), other: { lineId: a.id, end: at(10) } },
      { invoiceId: first.id, lineId: c.id, start: at(12), other: { lineId: b.id, end: at(20) } },
    ];
    const { billing } = postgres().store;
    expect(await billing.findOverlaps(namespace, 10)).toEqual({ lines: 3, overlaps });
    expect(await billing.findOverlaps(namespace, 1)).toEqual({ lines: 3, overlaps: overlaps.slice(0, 1) });
  });

  test.each([
    { given: [], taken: 0, gap: null },
    { given: [1, 2, 3], taken: 3, gap: null },
    { given: [1, 3, 5], taken: 5, gap: { expected: 2, found: 3 } },
    { given: [2], taken: 2, gap: { expected: 1, found: 2 } },
    { given: [1], taken: 2, gap: { expected: 2, found: 3 } }, // the last one vanished
    { given: [1, 2], taken: 1, gap: { expected: 3, found: 2 } },
  ])("numbers $given, of $taken that were taken", async ({ given, taken, gap }) => {
    const customer = await createCustomer();
    const { store } = postgres();
    await insertInvoices(
      store,
      customer,
      given.map((sequence) => toIssued(toDraft(customer), sequence)),
    );
    await store.billing.withCustomer(customer.namespace, customer.id, async (tx) => {
      for (let count = 0; count < taken; count++) await tx.nextNumber("invoices");
    });
    expect(await store.billing.findGap(customer.namespace, "invoices")).toEqual({ numbers: given.length, gap });
  });
});
