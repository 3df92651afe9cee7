import {
  dec,
  formatDecimal,
  type Instant,
  type Invoice,
  noCommitments,
  noDiscounts,
  type RateCard,
  sum,
} from "@meter/core";
import fc from "fast-check";
import { expect } from "vitest";
import {
  at,
  type BillingStores,
  createWorld,
  fee,
  later,
  namespace,
  perUnit,
  type PlanTerms,
  type World,
} from "./world.ts";

// The same commands at the same instants, whenever billing runs in between: the same book.

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** What somebody does, after so long a time. */
type Step = Readonly<{ afterMs: number; command: Command; pass: Pass }>;

type Command =
  | Readonly<{ type: "subscribe"; plan: number; inMs: number }>
  | Readonly<{ type: "cancel"; timing: "immediate" | "next_billing_cycle"; of: number }>
  | Readonly<{ type: "continue" | "delete"; of: number }>
  | Readonly<{ type: "use"; units: string }>
  | Readonly<{ type: "invoice"; agoMs: number }>
  | Readonly<{ type: "void"; invoice: number }>
  | Readonly<{ type: "rename" }>;

/** Whether billing runs before it, and whether usage can be read then; only the lazy scheduler looks at it. */
type Pass = "none" | "up" | "down";

export type Story = Readonly<{
  plans: readonly Readonly<{ cards: readonly RateCard[]; terms: PlanTerms }>[];
  steps: readonly Step[];
}>;

const amounts = fc.constantFrom("0.01", "9.99", "31", "20.01", "0.005", "1200");
const half: Partial<RateCard> = {
  discounts: { ...noDiscounts, percentage: { percentage: dec("50"), correlationId: null } },
};
const minimum: Partial<RateCard> = { commitments: { ...noCommitments, minimumAmount: dec("7.5") } };

const cards: fc.Arbitrary<readonly RateCard[]> = fc
  .record({
    inAdvance: fc.option(
      fc.record({
        amount: amounts,
        every: fc.constantFrom("P1M", "P2M", "P1Y", "P1D", null),
        fields: fc.constantFrom({}, half),
      }),
    ),
    inArrears: fc.option(fc.record({ amount: amounts, every: fc.constantFrom("P1M", "P3M") })),
    units: fc.option(fc.record({ amount: amounts, fields: fc.constantFrom({}, half, minimum) })),
  })
  .filter(({ inAdvance, inArrears, units }) => inAdvance !== null || inArrears !== null || units !== null)
  .map(({ inAdvance, inArrears, units }) => [
    ...(inAdvance === null ? [] : [fee(inAdvance.amount, { every: inAdvance.every, ...inAdvance.fields })]),
    ...(inArrears === null
      ? []
      : [fee(inArrears.amount, { every: inArrears.every, term: "in_arrears", key: "support" })]),
    ...(units === null ? [] : [perUnit(units.amount, units.fields)]),
  ]);

/** Often at an instant that matters: the same one again, when a draft is to be issued, when a period begins. */
const waits = fc.oneof(
  fc.constantFrom(0, 1, 20 * minute, hour - 1, hour, 2 * hour, 31 * day, 31 * day + hour, 28 * day),
  fc.integer({ min: 0, max: 40 * day }),
);

const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    type: fc.constant("subscribe" as const),
    plan: fc.nat(1),
    inMs: fc.constantFrom(0, 0, -minute, day, 900),
  }),
  fc.record({
    type: fc.constant("cancel" as const),
    timing: fc.constantFrom("immediate" as const, "next_billing_cycle" as const),
    of: fc.nat(2),
  }),
  fc.record({
    type: fc.constant("cancel" as const),
    timing: fc.constant("next_billing_cycle" as const),
    of: fc.nat(2),
  }),
  fc.record({ type: fc.constantFrom("continue" as const, "continue" as const, "delete" as const), of: fc.nat(2) }),
  fc.record({ type: fc.constant("use" as const), units: fc.constantFrom("1", "50", "-30", "0.7", "100") }),
  fc.record({ type: fc.constant("invoice" as const), agoMs: fc.constantFrom(0, 0, 10 * minute, day) }),
  fc.record({ type: fc.constant("void" as const), invoice: fc.nat(6) }),
  fc.record({ type: fc.constant("rename" as const) }),
);

export const stories: fc.Arbitrary<Story> = fc.record({
  plans: fc.tuple(
    fc.record({ cards, terms: fc.record({ currency: fc.constantFrom("USD", "JPY", "BHD") }) }),
    fc.record({ cards, terms: fc.record({ currency: fc.constantFrom("USD", "JPY") }) }),
  ),
  steps: fc.array(
    fc.record({ afterMs: waits, command: commands, pass: fc.constantFrom("none", "none", "up", "down") }),
    { minLength: 3, maxLength: 14 },
  ),
});

type Told = Readonly<{ book: readonly unknown[]; answers: readonly string[]; world: World }>;

/** `eager`: whatever is due is done at its very instant. Otherwise when the story says so, and at the end. */
const tell = async (
  open: () => BillingStores | Promise<BillingStores>,
  story: Story,
  eager: boolean,
): Promise<Told> => {
  const world = await createWorld(await open(), at("2027-01-31T12:00:00Z"));
  const plans = [];
  for (const { cards: some, terms } of story.plans) plans.push(await world.plan(some, terms));
  const subscriptions: string[] = [];
  const answers: string[] = [];
  for (const { afterMs, command, pass } of [
    { afterMs: 0, command: { type: "subscribe", plan: 0, inMs: 0 }, pass: "none" } as Step,
    ...story.steps,
  ]) {
    const moment: Instant = later(world.now(), afterMs);
    if (eager) await world.passUntil(moment);
    else {
      world.wait(moment);
      if (pass !== "none") await world.pass({ down: pass === "down" });
    }
    answers.push(await act(world, { command, plans, subscriptions }));
    expect(await world.useCases.checkInvariants(namespace, { after: null, limit: 1_000 })).toMatchObject({
      broken: [],
      unchecked: [],
    });
  }
  for (const months of [1, 2, 14]) {
    const until = later(world.now(), months * 31 * day);
    if (eager) await world.passUntil(until);
    else world.wait(until);
    await catchUp(world);
  }
  expect(await world.stores.billing.listParked(null)).toEqual([]);
  return { book: await world.book(), answers, world };
};

type Act = Readonly<{ command: Command; plans: readonly Parameters<World["subscribe"]>[0][]; subscriptions: string[] }>;

/** What the answer was: `ok`, or why it was refused. */
const act = async (world: World, { command, plans, subscriptions }: Act): Promise<string> => {
  const { useCases, customer } = world;
  switch (command.type) {
    case "subscribe": {
      const plan = plans[command.plan % plans.length];
      if (plan === undefined) return "no plan";
      const created = await world.trySubscribe(
        plan,
        command.inMs === 0 ? { type: "immediate" } : { type: "at", at: later(world.now(), command.inMs) },
      );
      if (created.ok) subscriptions.push(created.value.subscription.id);
      return nameOf(created);
    }
    case "cancel":
      return nameOf(
        await useCases.cancelSubscription(namespace, idAt(subscriptions, command.of), { type: command.timing }),
      );
    case "continue":
      return nameOf(await useCases.continueSubscription(namespace, idAt(subscriptions, command.of)));
    case "delete":
      return nameOf(await useCases.deleteSubscription(namespace, idAt(subscriptions, command.of)));
    case "use":
      await world.use(command.units);
      return "ok";
    case "invoice": {
      const asOf = command.agoMs === 0 ? null : later(world.now(), -command.agoMs);
      const answer = await useCases.invoicePending(namespace, customer.id, { asOf, lineIds: null, progressive: null });
      // Whether it, or billing itself, has drafted what is due is all the same.
      return answer === null || answer.ok || answer.error.type === "invoice_create_no_lines" ? "ok" : answer.error.type;
    }
    case "void": {
      // Whoever voids an invoice has seen it issued.
      if ((await findIssued(world, command.invoice + 1)) === null) await catchUp(world);
      const issued = await findIssued(world, command.invoice + 1);
      if (issued === null) return "no such invoice";
      const takeBack = () => useCases.voidInvoice(namespace, issued.id, { reason: "wrong" });
      const voided = await takeBack();
      if (voided.ok || voided.error.type !== "billing_behind") return nameOf(voided);
      await catchUp(world);
      return nameOf(await takeBack());
    }
    case "rename":
      return nameOf(
        await useCases.updateCustomer(namespace, customer.id, { ...customer, name: `Acme ${world.now() % 1_000}` }),
      );
  }
};

const findIssued = async (world: World, sequence: number): Promise<Invoice | null> =>
  (await world.invoices()).find((one) => one.status !== "draft" && one.number.sequence === sequence) ?? null;

/** What waits is tried again at once. */
const catchUp = async (world: World): Promise<void> => {
  await world.stores.billing.unpark(null);
  await world.pass();
};

const idAt = (subscriptions: readonly string[], index: number): string =>
  subscriptions.toReversed()[index % subscriptions.length] ?? "none";

const nameOf = (answer: Readonly<{ ok: true }> | Readonly<{ ok: false; error: Readonly<{ type: string }> }>): string =>
  answer.ok ? "ok" : answer.error.type;

/** The specification of billing: the book follows from what was asked for and used, and when; not from when billing ran. */
export const expectOneBook = async (
  open: () => BillingStores | Promise<BillingStores>,
  story: Story,
): Promise<void> => {
  const eager = await tell(open, story, true);
  const lazy = await tell(open, story, false);
  expect(lazy.answers).toEqual(eager.answers);
  expect(lazy.book).toEqual(eager.book);
};

export type Doubts = Readonly<{
  plan: Story["plans"][number];
  /** After so long an end is set, and after so long it is taken back, or just before it comes. */
  changes: readonly Readonly<{ afterMs: number; staysMs: number }>[];
}>;

export const doubts: fc.Arbitrary<Doubts> = fc.record({
  plan: fc.record({ cards, terms: fc.record({ currency: fc.constantFrom("USD", "JPY", "BHD") }) }),
  changes: fc.array(fc.record({ afterMs: waits, staysMs: waits }), { minLength: 1, maxLength: 6 }),
});

/** An end that is taken back before it has come costs nothing, whatever was billed meanwhile. */
export const expectNoCost = async (open: () => BillingStores | Promise<BillingStores>, told: Doubts): Promise<void> => {
  const begin = async () => {
    const world = await createWorld(await open(), at("2027-01-31T12:00:00Z"));
    const id = await world.subscribe(await world.plan(told.plan.cards, told.plan.terms));
    return { world, id };
  };
  const { world: doubtful, id } = await begin();
  const { world: steady } = await begin();
  for (const { afterMs, staysMs } of told.changes) {
    const canceledAt = later(doubtful.now(), afterMs);
    for (const world of [doubtful, steady]) {
      await world.use("3.3");
      await world.passUntil(canceledAt);
    }
    const ending = await doubtful.useCases.cancelSubscription(namespace, id, { type: "next_billing_cycle" });
    const end = ending.ok ? ending.value.subscription.activeTo : null;
    if (end === null) throw new Error("it is canceled");
    const continuedAt = later(canceledAt, Math.min(staysMs, end - canceledAt - 1));
    for (const world of [doubtful, steady]) await world.passUntil(continuedAt);
    expect(await doubtful.useCases.continueSubscription(namespace, id)).toMatchObject({ ok: true });
  }
  for (const world of [doubtful, steady]) await world.passUntil(at("2028-12-31"));
  expect(costs(await doubtful.invoices())).toEqual(costs(await steady.invoices()));
};

/** What each service period has come to. */
const costs = (invoices: readonly Invoice[]): ReadonlyMap<string, string> => {
  const lines = invoices.flatMap((invoice) => (invoice.status === "issued" ? invoice.lines : []));
  const wholes = Map.groupBy(lines, ({ wholeKey }) => wholeKey.split("/").slice(1).join("/"));
  return new Map(
    [...wholes]
      .map(([key, some]) => [key, formatDecimal(sum(some.map(({ rating }) => rating.totals.total)))] as const)
      .filter(([, total]) => total !== "0")
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
};
