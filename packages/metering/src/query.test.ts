import { aggregations } from "@meter/catalog";
import type { Aggregation } from "@meter/catalog";
import { formatDecimal, formatInstant, instant } from "@meter/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { MeterBuild } from "./build.ts";
import type { FoldEvent, UsageEntry } from "./entry.ts";
import { at, build, buildId, entry, event, everything, path, zone } from "./fixtures.ts";
import { createFold } from "./fold.ts";
import { naiveUsage } from "./query.oracle.ts";
import { queryUsage } from "./query.ts";
import type { UsageQuery, UsageRow } from "./usage-query.ts";
import { windowSizes } from "./windows.ts";

const dimensioned = (aggregation: Aggregation): MeterBuild =>
  build({
    aggregation,
    value: aggregation === "count" ? null : path("$.n"),
    dimensions: [
      { key: "model", path: path("$.model") },
      { key: "region", path: path("$.region") },
    ],
  });

/** A row as one line: start, end, group values, value. */
const print = ({ windowStart, windowEnd, group, value }: UsageRow): string =>
  [formatInstant(windowStart), formatInstant(windowEnd), ...Object.values(group), formatDecimal(value)].join(" ");

const ask = (aggregation: Aggregation, entries: readonly UsageEntry[], query: Partial<UsageQuery> = {}): string[] =>
  queryUsage(build({ aggregation }), entries, { ...everything, ...query }).map(print);

const values = (...list: readonly (string | null)[]): UsageEntry[] =>
  list.map((value, n) => entry({ value, time: at(`2024-01-01T00:0${n}:00Z`) }));

describe("aggregations", () => {
  const spread = "2024-01-01T00:00:00Z 2024-01-01T00:03:00Z";

  test.each<{ aggregation: Aggregation; list: readonly (string | null)[]; rows: string[]; why: string }>([
    { aggregation: "sum", list: [], rows: [], why: "no events, no row" },
    { aggregation: "count", list: [], rows: ["1970-01-01T00:00:00Z 1970-01-01T00:01:00Z 0"], why: "no events: zero" },
    { aggregation: "sum", list: ["0"], rows: ["2024-01-01T00:00:00Z 2024-01-01T00:01:00Z 0"], why: "zero is a row" },
    {
      aggregation: "sum",
      list: ["0.1", "0.2", null],
      rows: [`${spread} 0.3`],
      why: "exact; the invalid one takes part in the bounds",
    },
    { aggregation: "sum", list: [null, null], rows: [], why: "only invalid values" },
    {
      aggregation: "sum",
      list: ["9007199254740993", "1", "-2"],
      rows: [`${spread} 9007199254740992`],
      why: "above 2^53, and a negative correction",
    },
    { aggregation: "avg", list: ["1", "2", null], rows: [`${spread} 1.5`], why: "over valid values only" },
    { aggregation: "avg", list: ["1", "0", "0"], rows: [`${spread} 0.${"3".repeat(30)}`], why: "rounded once" },
    { aggregation: "min", list: ["10", "-9", "9"], rows: [`${spread} -9`], why: "numbers, not texts" },
    { aggregation: "max", list: ["10", "-9", "9"], rows: [`${spread} 10`], why: "numbers, not texts" },
    { aggregation: "count", list: ["1", null, null], rows: [`${spread} 3`], why: "invalid events count" },
    {
      aggregation: "latest",
      list: ["100", "200", "150"],
      rows: [`${spread} 150`],
      why: "the newest, not the greatest",
    },
    { aggregation: "latest", list: ["100", "200", null], rows: [`${spread} 200`], why: "the newest valid one" },
    { aggregation: "latest", list: [null], rows: [], why: "none valid" },
  ])("$aggregation of $list → $rows ($why)", ({ aggregation, list, rows }) => {
    expect(ask(aggregation, values(...list))).toEqual(rows);
  });

  test("unique_count counts texts; null does not count, the empty text does", () => {
    const texts = [null, "", "a", "a", "A", ""].map((text) => entry({ value: null, text }));
    expect(ask("unique_count", texts)).toEqual(["2024-01-01T00:00:00Z 2024-01-01T00:01:00Z 3"]);
    expect(ask("unique_count", texts.slice(0, 1))).toEqual(["2024-01-01T00:00:00Z 2024-01-01T00:01:00Z 0"]);
  });

  test("latest: at one instant the greatest source and id decides, by UTF-8 bytes; then the value", () => {
    const one = entry({ value: "1", text: "s\n\u{10000}" });
    const two = entry({ value: "2", text: "s\n\uffff" });
    const three = entry({ value: "3", text: "s\n\uffff" });
    for (const entries of [
      [one, two, three],
      [three, two, one],
    ]) {
      expect(ask("latest", entries)).toEqual(["2024-01-01T00:00:00Z 2024-01-01T00:01:00Z 1"]);
    }
    for (const entries of [
      [two, three],
      [three, two],
    ]) {
      expect(ask("latest", entries)).toEqual(["2024-01-01T00:00:00Z 2024-01-01T00:01:00Z 3"]);
    }
  });
});

describe("what matches", () => {
  const june = at("2024-06-01T00:00:00Z");
  const entries = [
    entry({ time: instant(june - 1), subject: "anna", value: "1", dimensions: ["gpt", "eu"] }),
    entry({ time: june, subject: "bea", value: "10", dimensions: ["gpt", ""] }),
    entry({ time: instant(june + 1), subject: "cleo", value: "100", dimensions: ["", "eu"] }),
    entry({ build: buildId(2), time: june, subject: "anna", value: "1000", dimensions: ["gpt", "eu"] }),
  ];
  const total = (query: Partial<UsageQuery>): string =>
    queryUsage(dimensioned("sum"), entries, { ...everything, ...query })
      .map(({ value }) => formatDecimal(value))
      .join();

  test.each<{ query: Partial<UsageQuery>; sum: string; why: string }>([
    { query: {}, sum: "111", why: "all of this build, none of another" },
    { query: { from: june }, sum: "110", why: "from is inclusive" },
    { query: { to: june }, sum: "1", why: "to is exclusive" },
    { query: { from: june, to: instant(june + 1) }, sum: "10", why: "a single millisecond" },
    { query: { from: june, notBefore: instant(june + 1) }, sum: "100", why: "the later of from and notBefore" },
    { query: { from: june, notBefore: instant(0) }, sum: "110", why: "in either order" },
    { query: { subjects: [] }, sum: "", why: "no subject" },
    { query: { subjects: ["anna", "cleo", "dora"] }, sum: "101", why: "one of these" },
    { query: { customers: [] }, sum: "", why: "no customer" },
    {
      query: { customers: [{ id: "c1", subjects: [] }] },
      sum: "",
      why: "a customer without subjects is not everybody",
    },
    {
      query: {
        customers: [
          { id: "c1", subjects: ["anna"] },
          { id: "c2", subjects: ["bea"] },
        ],
      },
      sum: "11",
      why: "whose subjects",
    },
    {
      query: { customers: [{ id: "c1", subjects: ["anna"] }], subjects: ["bea"] },
      sum: "",
      why: "customer and subject",
    },
    { query: { dimensions: [{ key: "model", filter: { op: "eq", value: "gpt" } }] }, sum: "11", why: "a dimension" },
    {
      query: { dimensions: [{ key: "model", filter: { op: "ne", value: "gpt" } }] },
      sum: "100",
      why: "ne matches what is missing",
    },
    {
      query: {
        dimensions: [
          { key: "model", filter: { op: "eq", value: "gpt" } },
          { key: "region", filter: { op: "eq", value: "eu" } },
        ],
      },
      sum: "1",
      why: "both",
    },
  ])("$why", ({ query, sum }) => {
    expect(total(query)).toBe(sum);
  });

  test("grouping, in the order asked for; each group has its own bounds", () => {
    const customers = [
      { id: "c2", subjects: ["anna", "bea"] },
      { id: "c1", subjects: ["bea", "cleo"] },
    ];
    const query = { ...everything, customers, groupBy: ["region", "customer_id", "subject"] };
    expect(queryUsage(dimensioned("sum"), entries, query).map(print)).toEqual([
      "2024-05-31T23:59:00Z 2024-06-01T00:00:00Z eu c2 anna 1",
      "2024-06-01T00:00:00Z 2024-06-01T00:01:00Z  c2 bea 10",
      "2024-06-01T00:00:00Z 2024-06-01T00:01:00Z eu c1 cleo 100",
    ]);
  });

  test("group values never run together", () => {
    const near = [entry({ dimensions: ["a", "bc"] }), entry({ dimensions: ["ab", "c"] })];
    const query = { ...everything, groupBy: ["model", "region"] };
    expect(queryUsage(dimensioned("count"), near, query).map(({ group }) => group)).toEqual([
      { model: "a", region: "bc" },
      { model: "ab", region: "c" },
    ]);
  });

  test("a dimension that the build does not have is a bug of the caller", () => {
    expect(() => queryUsage(dimensioned("sum"), entries, { ...everything, groupBy: ["nope"] })).toThrow("nope");
  });

  test("windows: only those with entries; unaligned bounds clip entries, not windows", () => {
    const query: UsageQuery = {
      ...everything,
      from: instant(june - 1),
      to: instant(june + 1),
      window: { size: "day", zone: zone("UTC") },
    };
    expect(queryUsage(dimensioned("sum"), entries, query).map(print)).toEqual([
      "2024-05-31T00:00:00Z 2024-06-01T00:00:00Z 1",
      "2024-06-01T00:00:00Z 2024-06-02T00:00:00Z 10",
    ]);
  });
});

describe("laws", () => {
  const clockChange = at("2025-11-02T09:00:00Z");
  const times = fc
    .oneof(
      fc.integer({ min: -90, max: 90 }).map((n) => n * 1_800_000),
      fc.integer({ min: -90_000_000, max: 90_000_000 }),
    )
    .map((offset) => instant(clockChange + offset));
  const data = fc.record(
    {
      n: fc.oneof(
        fc.integer({ min: -3_000, max: 3_000 }).map((n) => n / 1_000),
        fc.constantFrom("1e3", ".5", "-0.25", "0.1", "", "null", "abc", null, true, {}, "9007199254740993"),
      ),
      model: fc.constantFrom("a", "ab", "", "null", null, 1, true, "\uffff", "\u{1f600}", "a".repeat(1_025)),
      region: fc.constantFrom("b", "bc", "c", [1]),
    },
    { requiredKeys: [] },
  );
  const events: fc.Arbitrary<FoldEvent[]> = fc
    .array(
      fc
        .tuple(
          times,
          fc.constantFrom("anna", "bea", "cleo", "\u{1f600}"),
          fc.constantFrom("s", "\uffff"),
          fc.option(data),
        )
        .map(([time, subject, source, content]) => ({
          time,
          subject,
          source,
          data: content === null ? null : JSON.stringify(content),
        })),
      { maxLength: 40 },
    )
    .map((list) => list.map((part, n) => event({ ...part, id: String(n) })));

  const kinds = fc.constantFrom(...aggregations);
  const zones = fc.constantFrom(
    ...["UTC", "America/Los_Angeles", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"].map(zone),
  );
  const windows = fc.option(fc.record({ size: fc.constantFrom(...windowSizes), zone: zones }));
  const customers = [
    { id: "k1", subjects: ["anna", "\u{1f600}"] },
    { id: "k2", subjects: ["bea", "anna"] },
    { id: "k3", subjects: [] },
  ];
  const queries: fc.Arbitrary<UsageQuery> = fc.record({
    from: fc.option(times),
    to: fc.option(times),
    notBefore: fc.option(times, { freq: 1 }),
    window: windows,
    subjects: fc.option(fc.subarray(["anna", "bea", "nobody"]), { freq: 1 }),
    customers: fc.constant(customers),
    dimensions: fc.constant([]),
    groupBy: fc.shuffledSubarray(["subject", "customer_id", "model", "region"]),
  });

  /** Filters, and what they mean. */
  const filters = fc.constantFrom<
    Readonly<{ dimensions: UsageQuery["dimensions"]; passes: (dimensions: readonly string[]) => boolean }>
  >(
    { dimensions: [], passes: () => true },
    {
      dimensions: [{ key: "model", filter: { op: "nin", values: ["a", "1"] } }],
      passes: ([model]) => model !== "a" && model !== "1",
    },
    {
      dimensions: [
        { key: "region", filter: { op: "gte", value: "bc" } },
        { key: "model", filter: { op: "like", value: "_%" } },
      ],
      passes: ([model, region]) => (region === "bc" || region === "c") && model !== "",
    },
  );

  const fold = (meter: MeterBuild, list: readonly FoldEvent[]): UsageEntry[] =>
    list.flatMap((one) => createFold([meter])(one));

  test("the answer is that of a naive reading of the rules", () => {
    fc.assert(
      fc.property(kinds, events, queries, filters, (aggregation, list, unfiltered, { dimensions, passes }) => {
        const meter = dimensioned(aggregation);
        const entries = fold(meter, list);
        const query = { ...unfiltered, dimensions };
        const expected = naiveUsage(aggregation, entries, { query, passes, dimensionKeys: ["model", "region"] });
        expect(queryUsage(meter, entries, query).map(print)).toEqual(expected);
      }),
      { seed: 9, numRuns: 1_500 },
    );
  });

  test("texts beyond the bound are grouped, filtered and counted as short ones that stand for them", () => {
    const stem = "é".repeat(700);
    const longTexts = [stem, `${stem}a`, `${stem}b`, `a${stem}`];
    const places = fc.integer({ min: 0, max: longTexts.length - 1 });
    const asks = fc.constantFrom<(value: string) => Partial<UsageQuery>>(
      () => ({ groupBy: ["model"] }),
      (value) => ({ dimensions: [{ key: "model", filter: { op: "eq", value } }] }),
      (value) => ({ dimensions: [{ key: "model", filter: { op: "nin", values: [value, "other"] } }] }),
    );
    fc.assert(
      fc.property(fc.array(places, { maxLength: 12 }), places, asks, (models, filtered, toQuery) => {
        const answer = (textOf: (place: number) => string): string[] => {
          const meter = { ...dimensioned("unique_count"), value: path("$.model") };
          const list = models.map((place, n) =>
            event({ id: String(n), data: JSON.stringify({ model: textOf(place) }) }),
          );
          return queryUsage(meter, fold(meter, list), { ...everything, ...toQuery(textOf(filtered)) })
            .map(({ value }) => formatDecimal(value))
            .toSorted();
        };
        expect(answer((place) => longTexts[place] ?? "")).toEqual(answer((place) => `t${place}`));
      }),
      { seed: 12, numRuns: 200 },
    );
  });

  test("arrival order and duplicates of a position do not change a meter", () => {
    const arrivals = events.chain((list) => {
      const positions = Array.from(list.keys());
      return fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray(positions, { minLength: positions.length }),
        positions.length === 0 ? fc.constant([]) : fc.array(fc.constantFrom(...positions)),
      );
    });
    fc.assert(
      fc.property(kinds, arrivals, queries, (aggregation, [list, order, again], query) => {
        const meter = dimensioned(aggregation);
        const stored = new Map<number, UsageEntry[]>();
        for (const position of [...order, ...again]) {
          const arrived = list[position];
          stored.set(position, arrived === undefined ? [] : fold(meter, [arrived]));
        }
        expect(queryUsage(meter, Array.from(stored.values()).flat(), query)).toEqual(
          queryUsage(meter, fold(meter, list), query),
        );
      }),
      { seed: 10, numRuns: 300 },
    );
  });

  test("sum and count: the parts of a split period make the whole", () => {
    const additive = fc.constantFrom<Aggregation>("sum", "count");
    fc.assert(
      fc.property(additive, events, queries, times, (aggregation, list, query, middle) => {
        const meter = dimensioned(aggregation);
        const entries = fold(meter, list);
        const totalsOf = (part: Partial<UsageQuery>): Map<string, bigint> => {
          const byGroup = new Map<string, bigint>();
          for (const { group, value } of queryUsage(meter, entries, { ...query, from: null, to: null, ...part })) {
            const key = JSON.stringify(Object.entries(group));
            byGroup.set(key, (byGroup.get(key) ?? 0n) + value.coefficient * 10n ** BigInt(6 - value.scale));
          }
          return byGroup;
        };
        const whole = totalsOf({});
        const early = totalsOf({ to: middle });
        const late = totalsOf({ from: middle });
        for (const key of new Set([...whole.keys(), ...early.keys(), ...late.keys()])) {
          expect((early.get(key) ?? 0n) + (late.get(key) ?? 0n)).toBe(whole.get(key));
        }
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});
