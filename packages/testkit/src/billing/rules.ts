import { dec, formatDecimal, type Instant, noDiscounts, type RateCard, sum, voidInvoice } from "@meter/core";
import { describe, expect, test } from "vitest";
import {
  at,
  type BillingStores,
  createWorld,
  fee,
  later,
  must,
  namespace,
  perUnit,
  totalsOf,
  type World,
} from "./world.ts";

const minute = 60_000;
const hour = 60 * minute;
const immediate = { type: "immediate" } as const;
const nextCycle = { type: "next_billing_cycle" } as const;

const sumOf = (amounts: readonly string[]): string => formatDecimal(sum(amounts.map(dec)));

/** The rules of what a change of a subscription does to what is billed, on any store. */
export const describeBillingRules = (name: string, open: () => BillingStores | Promise<BillingStores>): void => {
  const worldAt = async (start: string): Promise<World> => createWorld(await open(), at(start));
  const cancel = async ({ useCases }: World, id: string, timing: typeof immediate | typeof nextCycle) =>
    must(await useCases.cancelSubscription(namespace, id, timing));
  const goOn = async ({ useCases }: World, id: string) => must(await useCases.continueSubscription(namespace, id));

  describe(`${name}: a change first settles what is due as of its instant`, () => {
    const yearly = [fee("1200", { every: "P1Y" })];

    test("a year's fee is charged in full, whether billing ran before the cancelation of the same instant or not", async () => {
      for (const runs of [false, true]) {
        const world = await worldAt("2027-01-01");
        const id = await world.subscribe(await world.plan(yearly));
        if (runs) await world.pass();
        await cancel(world, id, nextCycle);
        await world.passUntil(at("2027-04-01"));
        expect(totalsOf(await world.invoices(), "fee")).toEqual(["1200"]);
      }
    });

    test.each([6_000, 72_000])("canceled %i ms after it began, before billing ran: the same bill", async (ms) => {
      const world = await worldAt("2027-01-01");
      const id = await world.subscribe(await world.plan(yearly));
      world.wait(later(world.now(), ms));
      await cancel(world, id, immediate);
      await world.passUntil(at("2027-04-01"));
      expect(totalsOf(await world.invoices(), "fee")).toEqual(["1200"]);
    });

    test("with the usage store down since the renewal the fee of the month stays what it was when it was due", async () => {
      const world = await worldAt("2027-01-01");
      const id = await world.subscribe(await world.plan([fee("290"), perUnit("1")]));
      await world.pass();
      await world.passUntil(at("2027-01-31"));
      world.wait(at("2027-02-01T06:00:00Z"));
      await world.pass({ down: true });
      await cancel(world, id, immediate);
      world.wait(at("2027-02-05"));
      await world.stores.billing.unpark(null);
      await world.pass();
      expect(totalsOf(await world.invoices(), "fee")).toEqual(["290", "290"]);
    });

    test("it reads no usage: a change is made while none can be read, and is not kept waiting", async () => {
      const world = await worldAt("2027-01-01");
      const id = await world.subscribe(await world.plan([fee("290"), perUnit("1")]));
      await world.use("3");
      world.wait(at("2027-02-01T06:00:00Z"));
      await cancel(world, id, immediate);
      const drafts = (await world.invoices()).filter(({ status }) => status === "draft");
      expect(drafts.flatMap(({ lines }) => lines).map(({ rateCard, usage }) => [rateCard.key, usage])).toEqual([
        ["fee", null],
        ["fee", null],
        ["units", null],
      ]);
      await world.pass();
      await world.passUntil(at("2027-02-02"));
      expect(totalsOf(await world.invoices(), "units")).toEqual(["3", "0"]);
    });

    test("usage that hangs while billing reads it keeps no cancelation waiting, and what was read then is not lost", async () => {
      const world = await worldAt("2027-01-01");
      const id = await world.subscribe(await world.plan([fee("31"), perUnit("1")]));
      await world.use("3");
      await world.passUntil(at("2027-01-31T23:00:00Z"));
      world.wait(at("2027-02-01T00:20:00Z"));
      const { promise: hangs, resolve: answer } = Promise.withResolvers<void>();
      const passing = world.pass({ hangs });
      await cancel(world, id, immediate);
      answer();
      await passing;
      await world.passUntil(at("2027-02-02"));
      const invoices = await world.invoices();
      expect(totalsOf(invoices, "units")).toEqual(["3", "0"]);
      expect(totalsOf(invoices, "fee").at(0)).toBe("31");
    });

    test("a draft shows what its usage comes to as soon as it can be read, and says why while it cannot", async () => {
      const world = await worldAt("2027-01-01");
      await world.subscribe(await world.plan([perUnit("1")]));
      await world.use("3");
      world.wait(at("2027-02-01"));
      await world.pass({ down: true });
      expect(await world.invoices()).toMatchObject([{ status: "draft", waitingFor: expect.stringContaining("down") }]);
      expect(await world.stores.billing.listParked(null)).toEqual([]);
      expect(await world.stores.billing.nextDueAt()).toBe(at("2027-02-01T01:00:00Z"));
      await world.passUntil(at("2027-02-01T01:00:00Z"));
      expect(totalsOf(await world.invoices(), "units")).toEqual(["3"]);
    });
  });

  describe(`${name}: a draft whose time has not come follows the timeline`, () => {
    /** The second month has begun so long ago; what is due is on a draft that waits for usage for an hour. */
    const inSecondMonth = async (ms: number, passes: boolean) => {
      const world = await worldAt("2027-01-01");
      const id = await world.subscribe(await world.plan([fee("31"), perUnit("1")]));
      await world.passUntil(at("2027-01-31T23:59:59Z"));
      const moment: Instant = later(at("2027-02-01"), ms);
      if (passes) await world.passUntil(moment);
      else world.wait(moment);
      return { world, id };
    };

    test.each([true, false])(
      "canceled 20 minutes into a month, billing ran: %s: that much is charged",
      async (passes) => {
        const { world, id } = await inSecondMonth(20 * minute, passes);
        await cancel(world, id, immediate);
        await world.passUntil(at("2027-03-02"));
        expect(totalsOf(await world.invoices(), "fee")).toEqual(["31", "0.02"]);
      },
    );

    test.each([
      { ms: hour - 1, charged: ["31", "0.05"], why: "a millisecond before it is to be issued" },
      { ms: hour, charged: ["31", "31"], why: "at the very instant at which it is to be issued" },
      { ms: 0, charged: ["31"], why: "at the beginning: nothing is served" },
    ])("canceled $why", async ({ ms, charged }) => {
      for (const passes of [true, false]) {
        const { world, id } = await inSecondMonth(ms, passes);
        await cancel(world, id, immediate);
        await world.passUntil(at("2027-03-02"));
        expect(totalsOf(await world.invoices(), "fee")).toEqual(charged);
      }
    });

    test.each([true, false])(
      "a fee whose time came stays what it was when it is left open and waits for another day, billing ran: %s",
      async (passes) => {
        const world = await worldAt("2027-01-01");
        const [much, more] = [`6${"0".repeat(37)}`, `5${"0".repeat(37)}`]; // together more than a total can be
        const id = await world.subscribe(await world.plan([fee(much), fee(more, { key: "more" })]));
        if (passes) await world.pass();
        await cancel(world, id, immediate);
        await world.passUntil(at("2027-01-03"));
        expect(totalsOf(await world.invoices(), "fee")).toEqual([much]);
        expect(totalsOf(await world.invoices(), "more")).toEqual([more]);
      },
    );

    test("a draft of which nothing is left is gone", async () => {
      const world = await worldAt("2027-01-01");
      const plan = await world.plan([fee("31"), fee("5", { key: "late", term: "in_arrears" })]);
      const id = await world.subscribe(plan, { type: "at", at: at("2027-01-02") });
      expect(must(await world.useCases.deleteSubscription(namespace, id))).toBeNull();
      await world.passUntil(at("2027-03-02"));
      expect(await world.invoices()).toEqual([]);
    });
  });

  describe(`${name}: canceled and continued costs what one that was never canceled costs`, () => {
    const half: Partial<RateCard> = {
      discounts: { ...noDiscounts, percentage: { percentage: dec("50"), correlationId: null } },
    };
    test.each([
      { card: fee("9.99", { every: "P2M" }), currency: "USD", next: "9.99" },
      { card: fee("11", { every: "P2M" }), currency: "JPY", next: "11" },
      { card: fee("20.01", { every: "P2M", ...half }), currency: "EUR", next: "10.01" },
      { card: fee("0.01", { every: "P2M" }), currency: "USD", next: "0.01" },
    ])("$currency: a part and the rest come to $next", async ({ card, currency, next }) => {
      const world = await worldAt("2027-02-01");
      const plan = await world.plan([card, perUnit("0")], { currency });
      const id = await world.subscribe(plan);
      await world.passUntil(at("2027-03-15"));
      await cancel(world, id, nextCycle);
      await goOn(world, id);
      await world.passUntil(at("2027-04-01T00:30:00Z")); // the draft of April and May waits for usage
      await cancel(world, id, nextCycle);
      await world.passUntil(at("2027-04-20"));
      await goOn(world, id);
      await world.passUntil(at("2027-06-01T02:00:00Z"));
      const [first, ...cut] = totalsOf(await world.invoices(), "fee");
      const last = cut.pop();
      expect([first, sumOf(cut), last]).toEqual([next, next, next]);
    });
  });

  describe(`${name}: after a void no service period comes to less than zero`, () => {
    /** 50 units at 2 billed amid February, then 30 of them taken back: 100.00, and a final part of −60.00, which is credit. */
    const corrected = async () => {
      const world = await worldAt("2027-02-01");
      await world.subscribe(await world.plan([perUnit("2")]));
      await world.use("50");
      await world.passUntil(at("2027-02-10"));
      const invoice = { asOf: null, lineIds: null, progressive: null };
      must((await world.useCases.invoicePending(namespace, world.customer.id, invoice)) ?? { ok: false, error: null });
      await world.passUntil(at("2027-02-20"));
      await world.use("-30");
      await world.passUntil(at("2027-03-02"));
      const invoices = await world.invoices();
      expect(totalsOf(invoices, "units")).toEqual(["100", "-60"]);
      const [first, last] = invoices;
      if (first === undefined || last === undefined) throw new Error("two invoices");
      return { world, first, last };
    };
    const takeBack = ({ useCases }: World, id: string) => useCases.voidInvoice(namespace, id, { reason: "wrong" });
    const checkAll = ({ useCases }: World) => useCases.checkInvariants(namespace, { after: null, limit: 100 });

    test("the part that corrected what is voided is voided with it, and its credit is gone", async () => {
      const { world, first, last } = await corrected();
      must(await takeBack(world, first.id));
      const voided = (await world.invoices()).filter(({ status }) => status === "voided");
      expect(voided).toMatchObject([{ voidReason: "wrong" }, { id: last.id, voidReason: "voided with INV-ACME-1" }]);
      await world.use("30");
      await world.passUntil(at("2027-04-02"));
      const march = (await world.invoices()).at(-1);
      expect(march && [march.totals.total, march.totals.creditsTotal].map(formatDecimal)).toEqual(["60", "0"]);
      expect(await checkAll(world)).toMatchObject({ broken: [], unchecked: [] });
    });

    test("nothing is voided when the credit is used already", async () => {
      const { world, first } = await corrected();
      await world.use("30");
      await world.passUntil(at("2027-04-02"));
      expect(await takeBack(world, first.id)).toMatchObject({ ok: false, error: { type: "invoice_credit_used" } });
      expect((await world.invoices()).map(({ status }) => status)).toEqual(["issued", "issued", "issued"]);
    });

    test("voiding the correction alone leaves what it corrected", async () => {
      const { world, last } = await corrected();
      must(await takeBack(world, last.id));
      expect(totalsOf(await world.invoices(), "units")).toEqual(["100"]);
      expect(await checkAll(world)).toMatchObject({ broken: [] });
    });

    test("not before what is to be issued by now is issued", async () => {
      const { world, first } = await corrected();
      world.wait(at("2027-04-02"));
      await world.pass({ down: true });
      expect(await takeBack(world, first.id)).toMatchObject({
        ok: false,
        error: { type: "billing_behind", reason: expect.stringContaining("down") },
      });
    });

    test("an invariant sees a service period that came to less", async () => {
      const { world, first } = await corrected();
      await world.stores.billing.withCustomer(namespace, world.customer.id, (tx) => {
        const voided = voidInvoice(first, { reason: "behind everybody's back", now: world.now() });
        return tx.updateInvoice(must(voided));
      });
      expect(await checkAll(world)).toMatchObject({
        broken: [{ rule: expect.stringContaining("less than zero"), found: "-60" }],
      });
    });
  });
};
