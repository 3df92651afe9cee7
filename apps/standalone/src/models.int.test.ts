import { join } from "node:path";
import { type FreshDatabase, freshDatabase } from "@meter/postgres/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Meter, scratchDirectory, startMeter } from "./meter.test-support.ts";
import { type PriceCase, priceCases, usageOfCases } from "./price-cases.test-support.ts";

// Every price model and adjustment, from events to an issued invoice: for one customer at once, for another in three parts.

let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
let database: FreshDatabase;
let meter: Meter;

beforeAll(async () => {
  scratch = await scratchDirectory();
  database = await freshDatabase();
  meter = await startMeter(join(scratch.path, "models"), { METER_CLOCK: "manual", DATABASE_URL: database.url });
});
afterAll(async () => {
  await meter.stop();
  await scratch.remove();
  await database.drop();
});

/** The JSON of an answer that has the status. */
const ask = async <T>(method: string, path: string, body?: unknown, status = 200): Promise<T> => {
  const answer = await meter.call(method, `/api/v1${path}`, body);
  expect(answer.status, answer.text).toBe(status);
  return answer.json as T; // what the test expects
};

const setClock = (now: string): Promise<unknown> => ask("PUT", "/clock", { now });

type Created = Readonly<{ id: string }>;
type Line = Created &
  Readonly<{
    name: string;
    period: Readonly<{ from: string; to: string }>;
    quantity: string;
    meteredQuantity?: string;
    preLinePeriodQuantity?: string;
    totals: Readonly<{ amount: string; chargesTotal: string; total: string }>;
    computation: Readonly<{ servicePeriod: Readonly<{ from: string; to: string }>; final: boolean }>;
  }>;
type Invoice = Created &
  Readonly<{
    status: string;
    type: string;
    customer: Created;
    totals: Readonly<{ total: string }>;
    lines: readonly Line[];
  }>;
type Problem = Readonly<{
  code: string;
  extensions?: Readonly<{ validationErrors?: readonly Readonly<{ field: string; code: string }>[] }>;
}>;

const firstCut = "2027-01-11T00:00:00Z";
const secondCut = "2027-01-21T00:00:00Z";
const monthEnd = "2027-02-01T00:00:00Z";
const theMonth = { from: "2027-01-01T00:00:00Z", to: monthEnd };

const few = ["flat_in_advance", "minimum", "percentage_and_maximum", "package", "volume"];
const casesOf = (plan: "all" | "few"): readonly PriceCase[] =>
  plan === "all" ? priceCases : priceCases.filter(({ key }) => few.includes(key));

const plans = { una: "all", cal: "all", vic: "few", eve: "few", fay: "few", gus: "few" } as const;
type Name = keyof typeof plans;
const names = Object.keys(plans) as Name[];
const customers = new Map<Name, string>();
const subscriptions = new Map<Name, string>();
const idOf = (name: Name): string => customers.get(name) ?? "";

const use = async (moment: keyof typeof usageOfCases, who: readonly Name[] = names): Promise<void> => {
  const { time, units } = usageOfCases[moment];
  const events = who.flatMap((subject) =>
    casesOf(plans[subject]).flatMap(({ key, meter: slug }) =>
      slug === undefined
        ? []
        : {
            specversion: "1.0",
            id: `${subject}-${key}-${moment}`,
            source: "models",
            type: "use",
            subject,
            time,
            data: { case: key, units },
          },
    ),
  );
  await ask("POST", "/events", events, 204);
};

const invoicesOf = async (name: Name, statuses: string): Promise<readonly Invoice[]> =>
  (
    await ask<{ items: Invoice[] }>(
      "GET",
      `/billing/invoices?order=ASC&expand=lines&statuses=${statuses}&customers=${idOf(name)}`,
    )
  ).items;

const invoice = (name: Name, body: object = {}): Promise<readonly Invoice[]> =>
  ask("POST", "/billing/invoices/invoice", { customerId: idOf(name), progressiveBillingOverride: true, ...body }, 201);

const refused = (name: Name, body: object = {}): Promise<Problem> =>
  ask("POST", "/billing/invoices/invoice", { customerId: idOf(name), progressiveBillingOverride: true, ...body }, 400);

/** The lines of January on what was issued and not voided, by rate card, in the order of time. */
const partsOf = async (name: Name): Promise<ReadonlyMap<string, readonly Line[]>> => {
  const issued = await invoicesOf(name, "issued");
  const lines = issued
    .flatMap((one) => one.lines)
    .filter((line) => line.computation.servicePeriod.from === theMonth.from);
  return Map.groupBy(lines, (line) => line.name);
};

const cents = (amount: string): bigint => {
  expect(amount).toMatch(/^-?\d+\.\d\d$/);
  return BigInt(amount.replace(".", ""));
};
const sumOf = (lines: readonly Line[]): bigint => lines.reduce((sum, line) => sum + cents(line.totals.total), 0n);
const totalsOf = (parts: ReadonlyMap<string, readonly Line[]>): Readonly<Record<string, bigint>> =>
  Object.fromEntries(
    [...parts].map(([key, lines]) => [key, sumOf(lines)] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

test("meters, a feature and a rate card for every case, six customers", async () => {
  await setClock(theMonth.from);
  for (const [slug, aggregation] of [
    ["sum", "SUM"],
    ["count", "COUNT"],
    ["unique", "UNIQUE_COUNT"],
    ["latest", "LATEST"],
  ]) {
    const valueProperty = aggregation === "COUNT" ? {} : { valueProperty: "$.units" };
    const meter = { slug, aggregation, eventType: "use", ...valueProperty, groupBy: { case: "$.case" } };
    await ask("POST", "/meters", meter, 201);
  }
  for (const { key, meter: meterSlug } of priceCases)
    if (meterSlug !== undefined)
      await ask("POST", "/features", { key, name: key, meterSlug, meterGroupByFilters: { case: key } }, 201);
  for (const plan of ["all", "few"] as const) {
    const rateCards = casesOf(plan).map(({ key, meter: slug, price, discounts, unitConfig }) => ({
      type: slug === undefined ? "flat_fee" : "usage_based",
      key,
      name: key,
      billingCadence: "P1M",
      ...(slug === undefined ? {} : { featureKey: key }),
      price,
      ...(discounts === undefined ? {} : { discounts }),
      ...(unitConfig === undefined ? {} : { unitConfig }),
    }));
    const phases = [{ key: "default", name: "Default", duration: null, rateCards }];
    const { id } = await ask<Created>(
      "POST",
      "/plans",
      { key: plan, name: plan, currency: "USD", billingCadence: "P1M", phases },
      201,
    );
    await ask("POST", `/plans/${id}/publish`);
  }
  for (const name of names) {
    const { id } = await ask<Created>("POST", "/customers", { key: name, name }, 201);
    customers.set(name, id);
    const subscribed = await ask<Created>(
      "POST",
      "/subscriptions",
      { customerId: id, plan: { key: plans[name] } },
      201,
    );
    subscriptions.set(name, subscribed.id);
  }
  await use("early");
});

test("nothing to invoice yet, or not in the future", async () => {
  await setClock(firstCut);
  expect(await refused("cal", { progressiveBillingOverride: false })).toMatchObject({
    code: "invoice_create_no_lines",
  });
  expect(await refused("cal", { asOf: "2027-01-11T00:00:01Z" })).toMatchObject({
    code: "invalid_input",
    extensions: { validationErrors: [{ field: "asOf", code: "in_the_future" }] },
  });
  await ask("POST", "/billing/invoices/invoice", { customerId: subscriptions.get("cal") }, 404);
});

test("the first part: what is cut, up to the cut, issued when its hour is over; then nothing more to invoice", async () => {
  const drafts = await invoice("cal");
  expect(drafts).toMatchObject([
    { status: "draft", customer: { id: idOf("cal") }, collectionAt: "2027-01-11T01:00:00Z" },
  ]);
  expect(drafts[0]?.lines.map(({ name }) => name)).toEqual(
    priceCases.filter(({ parts }) => parts[0] !== null).map(({ key }) => key),
  );
  expect(await refused("cal")).toMatchObject({ code: "invoice_create_no_lines" });
  for (const name of ["eve", "gus"] as const) await invoice(name);
  for (const name of ["eve", "fay"] as const)
    await ask("POST", `/subscriptions/${subscriptions.get(name)}/cancel`, { timing: "immediate" });
  await use("justBeforeFirstCut");
  await use("atFirstCut");
  await setClock("2027-01-11T01:00:00Z");
  const parts = await partsOf("cal");
  for (const {
    key,
    parts: [expected],
  } of priceCases.filter(({ parts: [first] }) => first !== null)) {
    const [line, ...others] = parts.get(key) ?? [];
    expect(others, key).toEqual([]);
    expect(line, key).toMatchObject({
      period: { from: theMonth.from, to: firstCut },
      totals: { total: expected },
      computation: { servicePeriod: theMonth, final: false },
    });
  }
});

test("canceled exactly at the cut: an empty last part has what is missing to the minimum", async () => {
  const [uncut, cut] = [await partsOf("fay"), await partsOf("eve")];
  expect(cut.get("minimum")).toMatchObject([
    { period: { from: theMonth.from, to: firstCut }, totals: { total: "3.75" }, computation: { final: false } },
    {
      period: { from: firstCut, to: firstCut },
      quantity: "0",
      totals: { amount: "0.00", chargesTotal: "16.25", total: "16.25" },
      computation: { final: true, servicePeriod: { from: theMonth.from, to: firstCut } },
    },
  ]);
  expect(totalsOf(cut)).toEqual({
    flat_in_advance: 2000n,
    minimum: 2000n,
    package: 250n,
    percentage_and_maximum: 338n,
    volume: 375n, // 7.5 × 0.5
  });
  expect(totalsOf(uncut)).toEqual(totalsOf(cut));
});

test("what is pending has the usage so far, and ids to invoice it by", async () => {
  await use("lateForFirst", ["una", "cal", "vic"]);
  await use("middle", ["una", "cal", "vic"]);
  await setClock(secondCut);
  const gathered = await invoicesOf("cal", "gathering");
  expect(gathered).toMatchObject([{ type: "gathering", status: "gathering", collectionAt: monthEnd }]);
  const lines = new Map(gathered[0]?.lines.map((line) => [line.name, line]));
  expect([...lines.keys()]).toEqual(priceCases.map(({ key }) => key).filter((key) => key !== "flat_in_advance"));
  expect(lines.get("unit")).toMatchObject({
    period: { from: firstCut, to: secondCut },
    invoiceAt: monthEnd,
    quantity: "10.5",
    preLinePeriodQuantity: "7.5",
    totals: { total: "0.31" },
  });
  expect(lines.get("volume")).toMatchObject({
    period: { from: theMonth.from },
    quantity: "18",
    totals: { total: "9.00" },
  });
  expect(lines.get("minimum")).toMatchObject({ totals: { chargesTotal: "0.00", total: "5.25" } });
  expect(lines.get("flat_in_arrears")).toMatchObject({
    period: theMonth,
    invoiceAt: monthEnd,
    totals: { total: "9.99" },
  });
  expect(await invoicesOf("cal", "gathering"), "the same ids each time").toEqual(gathered);

  const idsOf = (...keys: string[]) => keys.map((key) => lines.get(key)?.id ?? "");
  expect(await refused("cal", { filters: { lineIds: idsOf("unit", "volume") } })).toMatchObject({
    code: "invoice_lines_not_billable",
    detail: expect.stringContaining(lines.get("volume")?.id ?? "?"),
  });
  const drafts = await invoice("cal", { filters: { lineIds: idsOf("package", "unit") } });
  expect(drafts.map((draft) => draft.lines.map(({ name }) => name))).toEqual([["unit", "package"]]);
  expect(await refused("cal", { filters: { lineIds: idsOf("unit") } })).toMatchObject({
    code: "invoice_lines_not_billable",
  });
});

test("the second part: the rest of what is cut, with what was late for the first", async () => {
  const [draft, ...others] = await invoice("cal");
  expect(others).toEqual([]);
  const cut = priceCases.filter(({ parts }) => parts[1] !== null).map(({ key }) => key);
  expect(draft?.lines.map(({ name }) => name)).toEqual(cut.filter((key) => key !== "unit" && key !== "package"));
});

test("a voided part counts as not billed; two parts cut at one moment are issued in their order", async () => {
  const [first] = await invoice("vic", { asOf: firstCut });
  await setClock("2027-01-21T00:00:01Z"); // its hour was over long before
  expect(await invoicesOf("vic", "issued")).toMatchObject([
    { totals: { total: "20.00" } },
    { id: first?.id, totals: { total: "9.87" } }, // 7.75 units: 3.875, 3.4875 and two packages
  ]);
  const action = { percentage: 100, action: { type: "discard" } };
  await ask("POST", `/billing/invoices/${first?.id}/void`, { action, reason: "not theirs" });
  await invoice("vic", { asOf: "2027-01-14T00:00:00Z" });
  await invoice("vic", { asOf: "2027-01-16T00:00:00Z" });
  await use("lateForSecond", ["vic"]);
  await setClock("2027-01-21T00:00:02Z");
  // 9 and 19 units, of which nothing is billed
  expect((await partsOf("vic")).get("minimum")).toMatchObject([
    { period: { from: firstCut, to: "2027-01-14T00:00:00Z" }, totals: { total: "4.50" } },
    { period: { from: "2027-01-14T00:00:00Z", to: "2027-01-16T00:00:00Z" }, totals: { total: "5.00" } },
  ]);
});

let [atOnce, inParts]: ReadonlyMap<string, readonly Line[]>[] = [];

test("usage that is taken back makes a part below zero, and credit instead of an invoice below zero", async () => {
  await use("takenBack", ["gus"]);
  await invoice("gus", { asOf: secondCut });
  await setClock("2027-01-21T02:00:00Z");
  const [, before, after] = await invoicesOf("gus", "issued");
  expect([before, after]).toMatchObject([
    { totals: { creditsTotal: "0.00", total: "9.63" } }, // 3.75 + 3.38 + 2.50
    { totals: { creditsTotal: "-9.63", total: "0.00" } },
  ]);
});

test("the month ends: nobody is left behind", async () => {
  await use("lateForSecond", ["una", "cal"]);
  await use("last", ["una", "cal", "vic"]);
  expect(await setClock("2027-02-01T01:00:00Z")).toMatchObject({ parked: [] });
  [atOnce, inParts] = [await partsOf("una"), await partsOf("cal")];
});

describe.each(priceCases)("$key", ({ key, parts, whole }) => {
  test(`at once ${whole}, in parts ${parts.filter((part) => part !== null).join(" + ")}`, () => {
    const cut = inParts?.get(key) ?? [];
    expect(atOnce?.get(key)?.map(({ totals }) => totals.total)).toEqual([whole]);
    expect(cut.map(({ totals }) => totals.total)).toEqual(parts.filter((part) => part !== null));
    expect(sumOf(cut)).toBe(cents(whole));
    expect(cut.map(({ computation }) => computation.final)).toEqual(cut.map((_, index) => index === cut.length - 1));
    const ends = cut.map(({ period }) => period.to);
    expect(cut.map(({ period }) => period.from)).toEqual([theMonth.from, ...ends.slice(0, -1)]);
    expect(ends.at(-1)).toBe(monthEnd);
  });
});

test("with a voided part: the live parts come to the whole", async () => {
  const all = new Map(casesOf("few").map(({ key, whole }) => [key, cents(whole)]));
  const parts = await partsOf("vic");
  expect(totalsOf(parts)).toEqual(Object.fromEntries([...all].toSorted(([a], [b]) => (a < b ? -1 : 1))));
  expect(parts.get("package")?.map(({ period, totals }) => [period.to, totals.total])).toEqual([
    ["2027-01-14T00:00:00Z", "2.50"],
    ["2027-01-16T00:00:00Z", "2.50"],
    [monthEnd, "1.25"],
  ]);
});

test("credit pays a part of the next invoice", async () => {
  const invoices = await invoicesOf("gus", "issued");
  // The minimum of 20 for no usage at all, and the fee of February.
  expect(invoices[3]).toMatchObject({ totals: { creditsTotal: "9.63", total: "30.37" } });
  expect(invoices.reduce((sum, { totals }) => sum + cents(totals.total), 0n)).toBe(6000n);
  expect(totalsOf(await partsOf("gus"))).toEqual({
    flat_in_advance: 2000n,
    minimum: 2000n,
    package: 0n,
    percentage_and_maximum: 0n,
    volume: 0n,
  });
});

test("computed again, every line of every invoice is the same", async () => {
  let count = 0;
  for (const name of names)
    for (const { id } of [...(await invoicesOf(name, "issued")), ...(await invoicesOf(name, "voided"))]) {
      expect(await ask("POST", `/billing/invoices/${id}/recompute`)).toMatchObject({ equal: true });
      count += 1;
    }
  expect(count).toBeGreaterThanOrEqual(15);
});

test("every invariant holds", async () => {
  expect(await ask("GET", "/invariants")).toMatchObject({ holds: true, broken: [], unchecked: [], next: null });
});
