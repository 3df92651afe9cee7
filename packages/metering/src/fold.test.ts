import type { Aggregation } from "@meter/catalog";
import { describe, expect, test } from "vitest";

import { boundText } from "./bounded-text.ts";
import type { UsageEntry } from "./entry.ts";
import { at, build, buildId, event, path } from "./fixtures.ts";
import { createFold } from "./fold.ts";

const foldOne = (aggregation: Aggregation, data: string | null): UsageEntry | undefined =>
  createFold([build({ aggregation, value: aggregation === "count" ? null : path("$.n") })])(event({ data }))[0];

describe("createFold", () => {
  test("a text of many megabytes costs each of 64 dimensions its bound and no more", () => {
    const x = "€".repeat(3 * 1_024 * 1_024);
    const dimensions = Array.from({ length: 64 }, (_, n) => ({ key: `k${n}`, path: path(n < 32 ? "$.x" : "$['x']") }));
    const builds = [
      build({ aggregation: "count", value: null, dimensions }),
      build({ id: buildId(2), aggregation: "unique_count", value: path("$.x") }),
      build({ id: buildId(3), aggregation: "max", value: path("$.x") }),
    ];
    const [counted, unique, greatest] = createFold(builds)(event({ data: `{"x":"${x}"}` }));
    const bound = boundText(x);
    expect(counted?.dimensions).toEqual(Array.from({ length: 64 }, () => bound));
    expect([unique?.text, unique?.value]).toEqual([bound, null]);
    expect([greatest?.text, greatest?.value]).toEqual([null, null]);
  });

  test("a number's text is bounded, too, and its value is not read from what is left", () => {
    const digits = `0.${"5".repeat(2_000)}`;
    const dimensions = [{ key: "n", path: path("$.n") }];
    const [entry] = createFold([build({ aggregation: "sum", dimensions })])(event({ data: `{"n":${digits}}` }));
    expect([entry?.value, entry?.dimensions]).toEqual([null, [boundText(digits)]]);
  });

  test("no build: no entry", () => {
    expect(createFold([])(event())).toEqual([]);
  });

  test("namespace and type must both fit", () => {
    const fold = createFold([build()]);
    expect(fold(event({ type: "other" }))).toEqual([]);
    expect(fold(event({ namespace: "other" }))).toEqual([]);
    expect(fold(event())).toHaveLength(1);
  });

  test("one entry for each build, in their order, each with its own dimensions", () => {
    const sum = build({
      id: buildId(7),
      dimensions: [
        { key: "a", path: path("$.deep.a") },
        { key: "n", path: path("$.m") },
      ],
    });
    const count = build({
      id: buildId(3),
      aggregation: "count",
      value: null,
      dimensions: [{ key: "n", path: path("$.n") }],
    });
    const foreign = build({ id: buildId(5), eventType: "other" });
    const plain = build({ id: buildId(4), aggregation: "count", value: null });
    const data = '{"m":null,"n":2.50,"deep":{"a":"x"}}';
    expect(createFold([sum, foreign, count, plain])(event({ data, subject: "bea" }))).toEqual([
      {
        build: buildId(7),
        namespace: "default",
        subject: "bea",
        time: at("2024-01-01T00:00:00Z"),
        value: "2.5",
        text: null,
        dimensions: ["x", "null"],
      },
      {
        build: buildId(3),
        namespace: "default",
        subject: "bea",
        time: at("2024-01-01T00:00:00Z"),
        value: null,
        text: null,
        dimensions: ["2.5"],
      },
      {
        build: buildId(4),
        namespace: "default",
        subject: "bea",
        time: at("2024-01-01T00:00:00Z"),
        value: null,
        text: null,
        dimensions: [],
      },
    ]);
  });

  test.each<{ aggregation: Aggregation; data: string | null; value: string | null; text: string | null; why: string }>([
    { aggregation: "sum", data: '{"n":0}', value: "0", text: null, why: "zero is a value" },
    { aggregation: "sum", data: '{"n":"-0.5"}', value: "-0.5", text: null, why: "negative" },
    { aggregation: "sum", data: null, value: null, text: null, why: "no data: an entry without value" },
    { aggregation: "avg", data: '{"n":"x"}', value: null, text: null, why: "an invalid value: the same" },
    { aggregation: "min", data: '{"n":".5"}', value: "0.5", text: null, why: "canonical" },
    { aggregation: "max", data: '{"n":1,"n":2}', value: "2", text: null, why: "the last duplicate wins" },
    { aggregation: "count", data: '{"n":1}', value: null, text: null, why: "a count has no value" },
    { aggregation: "unique_count", data: '{"n":1}', value: null, text: "1", why: "a text to compare" },
    { aggregation: "unique_count", data: null, value: null, text: "", why: "nothing is a text" },
    { aggregation: "unique_count", data: '{"n":null}', value: null, text: null, why: "null is none" },
    { aggregation: "latest", data: '{"n":1}', value: "1", text: "test\n1", why: "source and id break ties" },
    { aggregation: "latest", data: "null", value: null, text: "test\n1", why: "also without a value" },
  ])("$aggregation of $data → $value, $text ($why)", ({ aggregation, data, value, text }) => {
    expect(foldOne(aggregation, data)).toMatchObject({ value, text });
  });

  test("a dimension may be called __proto__", () => {
    const odd = build({ dimensions: [{ key: "__proto__", path: path("$.p") }] });
    expect(createFold([odd])(event({ data: '{"p":"x","n":1}' }))[0]?.dimensions).toEqual(["x"]);
  });
});
