import type { Aggregation } from "@meter/catalog";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { build, event, path } from "./fixtures.ts";
import { createFold } from "./fold.ts";
import { findValueFault } from "./value-fault.ts";
import type { ValueFault } from "./value-fault.ts";

const sum = build({ value: path("$.n") });

describe("findValueFault", () => {
  test.each<{ data: string | null; type: ValueFault["type"] | null; message?: string; why: string }>([
    { data: '{"n":0}', type: null, why: "zero is a value" },
    { data: '{"n":"-2.5"}', type: null, why: "so is a negative text" },
    { data: null, type: "no_data", message: "null and missing value property", why: "no data" },
    { data: "null", type: "no_data", message: "null and missing value property", why: "data null" },
    { data: "{}", type: "missing", message: 'missing value property: "$.n"', why: "not there" },
    { data: '{"n":null}', type: "null", message: "value cannot be null", why: "null" },
    { data: '{"n":"NaN"}', type: "nan", message: "value cannot be NaN", why: "NaN" },
    { data: '{"n":"nan"}', type: "nan", message: "value cannot be NaN", why: "in any case" },
    { data: '{"n":"Inf"}', type: "infinity", message: "value cannot be infinity", why: "infinity" },
    { data: '{"n":"+Inf"}', type: "infinity", message: "value cannot be infinity", why: "with a sign" },
    { data: '{"n":"-infinity"}', type: "infinity", message: "value cannot be infinity", why: "in full" },
    { data: '{"n":" 12 "}', type: "not_a_number", message: "value cannot be parsed as float64:  12 ", why: "spaces" },
    { data: '{"n":""}', type: "not_a_number", message: "value cannot be parsed as float64: ", why: "empty" },
    { data: '{"n":"null"}', type: "not_a_number", message: "value cannot be parsed as float64: null", why: "a text" },
    { data: '{"n":1e400}', type: "out_of_range", message: "value is out of range: 1e400", why: "too large" },
    { data: '{"n":"1e-31"}', type: "out_of_range", message: "value is out of range: 1e-31", why: "too fine" },
    {
      data: '{"n":true}',
      type: "unsupported_type",
      message: "unsupported value property type: bool",
      why: "a boolean",
    },
    {
      data: '{"n":{}}',
      type: "unsupported_type",
      message: "unsupported value property type: map[string]interface {}",
      why: "an object",
    },
    {
      data: '{"n":[1]}',
      type: "unsupported_type",
      message: "unsupported value property type: []interface {}",
      why: "an array",
    },
  ])("sum of $data → $type ($why)", ({ data, type, message }) => {
    const fault = findValueFault(sum, data);
    expect(fault?.type ?? null).toBe(type);
    expect(fault?.message).toBe(message);
  });

  test.each<{ data: string | null; type: ValueFault["type"] | null; why: string }>([
    { data: '{"n":"abc"}', type: null, why: "any string" },
    { data: '{"n":"NaN"}', type: null, why: "is a string" },
    { data: '{"n":""}', type: null, why: "also an empty one" },
    { data: '{"n":1e400}', type: null, why: "any number" },
    { data: "{}", type: "missing", why: "not there" },
    { data: '{"n":null}', type: "null", why: "null" },
    { data: '{"n":true}', type: "unsupported_type", why: "only strings and numbers" },
    { data: null, type: "no_data", why: "no data" },
  ])("unique_count of $data → $type ($why)", ({ data, type }) => {
    expect(findValueFault({ ...sum, aggregation: "unique_count" }, data)?.type ?? null).toBe(type);
  });

  test("a count needs no value", () => {
    expect(findValueFault({ aggregation: "count", value: null }, null)).toBeNull();
  });

  test("numeric aggregations: a fault exactly when the fold finds no value", () => {
    const aggregations = fc.constantFrom<Aggregation>("sum", "avg", "min", "max", "latest");
    const values = fc.oneof(fc.jsonValue(), fc.constantFrom("1e3", "5.", "-", "1e400", "Inf", "1e-31"), fc.double());
    fc.assert(
      fc.property(aggregations, values, (aggregation, n) => {
        const data = JSON.stringify({ n });
        const [folded] = createFold([build({ aggregation })])(event({ data }));
        expect(findValueFault({ ...sum, aggregation }, data) === null).toBe(folded?.value !== null);
      }),
      { seed: 5, numRuns: 1_000 },
    );
  });
});
