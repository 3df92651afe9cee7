import type { BillingTx, Customer, DueCustomer, ParkedBilling } from "@meter/core";
import { instant } from "@meter/primitives";
import pg from "pg";
import { afterEach, describe, expect, test, vi } from "vitest";
import { at, toCustomer } from "../fixtures.test-support.ts";
import { openPostgres, type Postgres } from "../open-postgres.ts";
import { type FreshDatabase, freshDatabase } from "../testing.ts";
import { nextId, toDraft, toIssued, toSubscription } from "./fixtures.test-support.ts";

const opened: Readonly<{ store: Postgres; database: FreshDatabase }>[] = [];

/** The queue is one for all namespaces: each test has a database of its own. */
const open = async (): Promise<Readonly<{ store: Postgres; url: string }>> => {
  const database = await freshDatabase();
  const store = openPostgres({ url: database.url });
  opened.push({ store, database });
  return { store, url: database.url };
};

afterEach(async () => {
  for (const { store, database } of opened.splice(0)) {
    await store.close();
    await database.drop();
  }
});

const createCustomer = async (store: Postgres, fields: Partial<Customer> = {}): Promise<Customer> => {
  const customer = toCustomer({ namespace: "a", ...fields });
  await store.customers.create(customer);
  return customer;
};

/** A customer that is due. */
const createDue = async (store: Postgres, dueMs: number, fields: Partial<Customer> = {}): Promise<Customer> => {
  const customer = await createCustomer(store, fields);
  await store.billing.withCustomer(customer.namespace, customer.id, (tx) => tx.setDue(at(dueMs)));
  return customer;
};

const toParked = (customer: Customer, dueMs: number, fields: Partial<ParkedBilling> = {}): ParkedBilling => ({
  namespace: customer.namespace,
  customerId: customer.id,
  dueAt: at(dueMs),
  attempts: 1,
  reason: "usage is late",
  parkedAt: at(100),
  retryAt: at(1_100),
  ...fields,
});

/** A piece of work that goes on until it is let go. */
const createGate = () => {
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
  return {
    entered,
    leave,
    hold: async (): Promise<void> => {
      enter();
      await left;
    },
  };
};

/** Ends the connection of every transaction that is open and holds a customer. */
const endHolders = async (url: string): Promise<number> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    `select pid, pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and state = 'idle in transaction'`,
  );
  await client.end();
  return rows.length;
};

describe("withCustomer", () => {
  test("one at a time: who comes second waits, and sees what the first has done", async () => {
    const { store } = await open();
    const customer = await createCustomer(store);
    const gate = createGate();
    const order: string[] = [];
    const first = store.billing.withCustomer("a", customer.id, async (tx) => {
      await gate.hold();
      await tx.insertSubscription(toSubscription(customer));
      order.push("first");
    });
    await gate.entered;
    const second = store.billing.withCustomer("a", customer.id, async (tx) => {
      order.push("second");
      return (await tx.listSubscriptions()).length;
    });
    expect(await store.billing.withCustomer("a", (await createCustomer(store)).id, async () => "other")).toBe("other");
    gate.leave();
    await first;
    expect(await second).toBe(1);
    expect(order).toEqual(["first", "second"]);
  });

  test("a customer's first time, eight at once: one row, nobody fails", async () => {
    const { store } = await open();
    const customer = await createCustomer(store);
    const numbers = await Promise.all(
      Array.from({ length: 8 }, () => store.billing.withCustomer("a", customer.id, (tx) => tx.nextNumber("s"))),
    );
    expect(new Set(numbers)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]));
  });

  test("null for nobody, and the work is not called; whatever fails leaves nothing", async () => {
    const { store } = await open();
    const customer = await createCustomer(store);
    const work = vi.fn(async () => "called");
    expect(await store.billing.withCustomer("a", toCustomer().id, work)).toBeNull();
    expect(await store.billing.withCustomer("b", customer.id, work), "another namespace").toBeNull();
    expect(work).not.toHaveBeenCalled();
    const failing = store.billing.withCustomer("a", customer.id, async (tx) => {
      await tx.insertSubscription(toSubscription(customer));
      await tx.insertInvoice(toDraft(customer));
      await tx.setDue(at(5));
      throw new Error("broken off");
    });
    await expect(failing).rejects.toThrow("broken off");
    expect(await store.billing.nextDueAt()).toBeNull();
    await store.billing.withCustomer("a", customer.id, async (tx) => {
      expect(await tx.listSubscriptions()).toEqual([]);
      expect(await tx.listDrafts()).toEqual([]);
    });
  });

  test("more work than connections, each of which asks the other stores: nobody starves", async () => {
    const { store } = await open();
    const customers = await Promise.all(Array.from({ length: 20 }, () => createCustomer(store)));
    const found = await Promise.all(
      customers.map(({ id }) => store.billing.withCustomer("a", id, () => store.customers.find("a", id))),
    );
    expect(found.map((customer) => customer?.id)).toEqual(customers.map(({ id }) => id));
  });
});

describe("withNextDue", () => {
  const take = (
    store: Postgres,
    untilMs: number,
    work: (tx: BillingTx) => Promise<unknown> = (tx) => tx.setDue(null),
  ) =>
    store.billing.withNextDue(at(untilMs), async (tx, due) => {
      await work(tx);
      return due;
    });

  test("in order, who is held is waited for, and who became due later meanwhile is not the first any more", async () => {
    const { store } = await open();
    const [first, second] = [await createDue(store, 1), await createDue(store, 2)];
    let release = (): void => undefined;
    const holding = new Promise<void>((resolve) => {
      release = resolve;
    });
    const held = store.billing.withNextDue(
      at(9),
      async (tx, due) => {
        await holding;
        await tx.setDue(at(5));
        return due.customerId;
      },
      "in_order",
    );
    await expect.poll(() => store.billing.withNextDue(at(9), async (_, due) => due.customerId)).toBe(second.id);
    const waiting = store.billing.withNextDue(at(9), async (_, due) => due.customerId, "in_order");
    release();
    expect(await held).toBe(first.id);
    // Either it waited, and has to look again as that one is not the first any more; or it came after all that.
    expect([null, second.id]).toContain(await waiting);
    expect(await store.billing.withNextDue(at(9), async (_, due) => due.customerId, "in_order")).toBe(second.id);
  });

  test("takes who is due first, the instant itself included; ties by namespace, then by id", async () => {
    const { store } = await open();
    const [late, b2, a, b1] = [
      await createDue(store, 20),
      await createDue(store, 10, { namespace: "b" }),
      await createDue(store, 10),
      await createDue(store, 10, { namespace: "b", id: toCustomer().id }),
    ];
    await createCustomer(store);
    expect(await store.billing.nextDueAt()).toBe(at(10));
    expect(await store.billing.countDue(at(9))).toBe(0);
    expect(await store.billing.countDue(at(10))).toBe(3);
    expect(await store.billing.countDue(at(20))).toBe(4);
    expect(await take(store, 9)).toBeNull();
    const taken: DueCustomer[] = [];
    for (let due = await take(store, 20); due !== null; due = await take(store, 20)) taken.push(due);
    const inB = [b1, b2].map(({ id }) => id).toSorted();
    expect(taken).toEqual([
      { namespace: "a", customerId: a.id, dueAt: at(10), attempts: 0 },
      { namespace: "b", customerId: inB[0], dueAt: at(10), attempts: 0 },
      { namespace: "b", customerId: inB[1], dueAt: at(10), attempts: 0 },
      { namespace: "a", customerId: late.id, dueAt: at(20), attempts: 0 },
    ]);
    expect(await store.billing.nextDueAt()).toBeNull();
  });

  test("two at once get two customers, none twice; a third gets none, and does not wait", async () => {
    const { store } = await open();
    const customers = [await createDue(store, 1), await createDue(store, 2)];
    const gates = [createGate(), createGate()];
    const taking = gates.map((gate) =>
      take(store, 5, async (tx) => {
        await gate.hold();
        await tx.setDue(null);
      }),
    );
    await Promise.all(gates.map(({ entered }) => entered));
    expect(await take(store, 5)).toBeNull();
    expect(await store.billing.countDue(at(5)), "those that are held are due, too").toBe(2);
    for (const { leave } of gates) leave();
    const taken = await Promise.all(taking);
    expect(new Set(taken.map((due) => due?.customerId))).toEqual(new Set(customers.map(({ id }) => id)));
    expect(await store.billing.countDue(at(5))).toBe(0);
  });

  test("passes by whom withCustomer holds", async () => {
    const { store } = await open();
    const [first, second] = [await createDue(store, 1), await createDue(store, 2)];
    const gate = createGate();
    const holding = store.billing.withCustomer("a", first.id, gate.hold);
    await gate.entered;
    expect((await take(store, 5))?.customerId).toBe(second.id);
    gate.leave();
    await holding;
    expect((await take(store, 5))?.customerId).toBe(first.id);
  });

  test("ten schedulers of two processes, a hundred customers: each piece is done once", async () => {
    const { store, url } = await open();
    const other = openPostgres({ url });
    await Promise.all(Array.from({ length: 100 }, (_, index) => createDue(store, index % 7)));
    const done: string[] = [];
    const run = async (postgres: Postgres): Promise<void> => {
      for (;;) {
        const due = await postgres.billing.withNextDue(at(7), async (tx, one) => {
          await tx.nextNumber("pieces");
          await tx.setDue(null);
          return one;
        });
        if (due === null) return;
        done.push(due.customerId);
      }
    };
    await Promise.all([store, other].flatMap((postgres) => Array.from({ length: 5 }, () => run(postgres))));
    await other.close();
    expect(new Set(done).size).toBe(100);
    expect(done).toHaveLength(100);
    expect((await store.billing.findGap("a", "pieces")).gap?.found).toBe(101);
  });

  test("a connection that is killed in the middle of the work frees the customer and leaves nothing", async () => {
    const { store, url } = await open();
    const customer = await createDue(store, 1);
    const gate = createGate();
    const dying = take(store, 5, async (tx) => {
      await tx.insertSubscription(toSubscription(customer));
      expect(await tx.nextNumber("s")).toBe(1);
      await tx.insertInvoice(toIssued(toDraft(customer), 1));
      await tx.setDue(at(99));
      await gate.hold();
      await tx.setDue(at(999));
    });
    const rejected = expect(dying).rejects.toThrow();
    await gate.entered;
    expect(await take(store, 5)).toBeNull();
    expect(await endHolders(url)).toBe(1);
    await vi.waitFor(async () => {
      const due = await take(store, 5, async (tx) => {
        expect(await tx.listSubscriptions()).toEqual([]);
        expect(await tx.nextNumber("s")).toBe(1);
        await tx.setDue(null);
      });
      expect(due).toEqual({ namespace: "a", customerId: customer.id, dueAt: at(1), attempts: 0 });
    });
    gate.leave();
    await rejected;
    expect(await store.billing.nextDueAt()).toBeNull();
    expect(await store.billing.listForChecks("a", { after: null, limit: 9 })).toEqual([]);
  });
});

describe("parking", () => {
  test("keeps a customer from being taken until it is put back; attempts count on until something is done", async () => {
    const { store } = await open();
    const [parked, other] = [await createDue(store, 1), await createDue(store, 2)];
    const due = (customerId: string) => ({ namespace: "a", customerId });
    await store.billing.park(toParked(parked, 1, { attempts: 3, reason: "a\0b" }));
    expect(await store.billing.nextDueAt()).toBe(at(2));
    expect(await store.billing.countDue(at(9))).toBe(1);
    const listed = toParked(parked, 1, { attempts: 3, reason: "a\uFFFDb" });
    expect(await store.billing.listParked(null)).toEqual([listed]);
    expect(await store.billing.listParked("a")).toEqual([listed]);
    expect(await store.billing.listParked("b")).toEqual([]);
    expect(await store.billing.listParked("\0")).toEqual([]);
    expect([await store.billing.countParked(9), await store.billing.countParked(0)]).toEqual([1, 0]);
    expect(await store.billing.withNextDue(at(9), async (_, one) => one)).toMatchObject(due(other.id));

    await store.billing.unpark(at(1_099));
    expect(await store.billing.listParked(null)).toHaveLength(1);
    await store.billing.unpark(at(1_100));
    expect(await store.billing.listParked(null)).toEqual([]);
    // One that failed before comes last, unless everything is to be done in order.
    expect(await store.billing.withNextDue(at(9), async (_, one) => one)).toMatchObject(due(other.id));
    const failed = { ...due(parked.id), dueAt: at(1), attempts: 3 };
    expect(await store.billing.withNextDue(at(9), async (_, one) => one, "in_order")).toEqual(failed);
    await store.billing.withCustomer("a", parked.id, (tx) => tx.setDue(at(1)));
    expect(await store.billing.withNextDue(at(9), async (_, one) => one.attempts)).toBe(0);
  });

  test("unpark(null) puts everybody back; setDue ends a parking by itself", async () => {
    const { store } = await open();
    const [one, two] = [await createDue(store, 1), await createDue(store, 2)];
    for (const [customer, ms] of [
      [one, 1],
      [two, 2],
    ] as const)
      await store.billing.park(toParked(customer, ms));
    expect((await store.billing.listParked(null)).map(({ customerId }) => customerId)).toEqual([one.id, two.id]);
    await store.billing.withCustomer("a", two.id, (tx) => tx.setDue(at(3)));
    expect((await store.billing.listParked(null)).map(({ customerId }) => customerId)).toEqual([one.id]);
    expect(await store.billing.nextDueAt()).toBe(at(3));
    await store.billing.unpark(null);
    expect(await store.billing.listParked(null)).toEqual([]);
    expect(await store.billing.nextDueAt()).toBe(at(1));
  });

  test("does nothing when the work was done meanwhile by somebody else", async () => {
    const { store } = await open();
    const customer = await createDue(store, 1);
    await store.billing.withCustomer("a", customer.id, (tx) => tx.setDue(at(50)));
    await store.billing.park(toParked(customer, 1));
    expect(await store.billing.listParked(null)).toEqual([]);
    expect(await store.billing.nextDueAt()).toBe(at(50));
  });
});

describe("numbers", () => {
  const next = (store: Postgres, customer: Customer, series = "invoices") =>
    store.billing.withCustomer(customer.namespace, customer.id, (tx) => tx.nextNumber(series));

  test("twenty at once are 1 to 20; each series and each namespace counts for itself", async () => {
    const { store } = await open();
    const customers = await Promise.all(Array.from({ length: 20 }, () => createCustomer(store)));
    const numbers = await Promise.all(customers.map((customer) => next(store, customer)));
    expect(numbers.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    const [customer] = customers;
    if (customer === undefined) throw new Error("twenty customers");
    expect(await next(store, customer, "other")).toBe(1);
    expect(await next(store, await createCustomer(store, { namespace: "b" }))).toBe(1);
    expect(await next(store, customer)).toBe(21);
  });

  test("one that is rolled back is given to the next who asks, who waits for it", async () => {
    const { store } = await open();
    const [one, two] = [await createCustomer(store), await createCustomer(store)];
    expect(await next(store, one)).toBe(1);
    const gate = createGate();
    const failing = store.billing.withCustomer("a", one.id, async (tx) => {
      expect(await tx.nextNumber("invoices")).toBe(2);
      await gate.hold();
      throw new Error("broken off");
    });
    await gate.entered;
    const waiting = next(store, two);
    gate.leave();
    await expect(failing).rejects.toThrow("broken off");
    expect(await waiting).toBe(2);
  });

  test("the sequences that were issued, voided ones included, and the next", async () => {
    const { store } = await open();
    const customer = await createCustomer(store, { namespace: nextId() });
    const { namespace } = customer;
    for (let count = 0; count < 3; count++) {
      await store.billing.withCustomer(namespace, customer.id, async (tx) => {
        await tx.insertInvoice(toIssued(toDraft(customer), await tx.nextNumber("invoices")));
        await tx.insertInvoice(toDraft(customer));
      });
    }
    expect(await store.billing.findGap(namespace, "invoices")).toEqual({ numbers: 3, gap: null });
    expect(await store.billing.findGap(namespace, "other")).toEqual({ numbers: 0, gap: null });
    const again = store.billing.withCustomer(namespace, customer.id, (tx) =>
      tx.insertInvoice(toIssued(toDraft(customer), 3)),
    );
    await expect(again).rejects.toThrow("invoices_number_key");
  });
});

test("who becomes due wakes those who listen, when the transaction is committed", async () => {
  const { store, url } = await open();
  const customer = await createCustomer(store);
  await store.wakes.listen(async () => undefined);
  const future = Date.UTC(2099, 0, 1);
  await store.billing.withCustomer("a", customer.id, (tx) => tx.setDue(instant(future)));
  const failing = store.billing.withCustomer("a", customer.id, async (tx) => {
    await tx.setDue(instant(future + 1));
    throw new Error("broken off");
  });
  await expect(failing).rejects.toThrow("broken off");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ at: Date }>(
    "select start_after as at from pgboss.job where start_after >= '2099-01-01Z'",
  );
  await client.end();
  expect(rows.map((row) => row.at.getTime())).toEqual([future]);
});

test("what a request makes due at once wakes at once", async () => {
  const { store } = await open();
  const customer = await createCustomer(store);
  let woken = 0;
  await store.wakes.listen(async () => {
    woken += 1;
  });
  await store.billing.withCustomer("a", customer.id, (tx) => tx.setDue(instant(Date.now() - 1_000)));
  await expect.poll(() => woken, { timeout: 30_000 }).toBeGreaterThan(0);
}, 60_000);

test("due instants keep their milliseconds", async () => {
  const { store } = await open();
  await createDue(store, 1);
  const next = await store.billing.nextDueAt();
  expect(next).toBe(at(1));
  expect(await store.billing.countDue(instant(at(1) - 1))).toBe(0);
});
