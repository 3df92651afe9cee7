import { describe, expect, test } from "vitest";
import { createParameters } from "./statement.ts";

describe("parameters", () => {
  test("a name that comes again gets a number", () => {
    const parameters = createParameters();
    expect(["a", "b", "a"].map((value) => parameters.text("text", value))).toEqual([
      "{text:String}",
      "{text_2:String}",
      "{text_3:String}",
    ]);
    expect(parameters.values()).toEqual({ text: "a", text_2: "b", text_3: "a" });
  });

  test("a list that is too long for one parameter is bound in several, in order", () => {
    const parameters = createParameters();
    const list = Array.from({ length: 100 }, (_, index) => String(index).padEnd(1_024, "x"));
    expect(parameters.texts("list", list)).toMatch(
      /^arrayConcat\(\{list:Array\(String\)\}, \{list_2:Array\(String\)\}/,
    );
    const bound = Object.values(parameters.values()) as readonly (readonly string[])[];
    expect(bound.flat()).toEqual(list);
    expect(bound.every((part) => part.length > 0 && part.join().length <= 65_536)).toBe(true);
  });

  test("an empty list and a short one are one parameter", () => {
    const parameters = createParameters();
    expect(parameters.texts("none", [])).toBe("{none:Array(String)}");
    expect(parameters.integers("some", [1, -2])).toBe("{some:Array(Int64)}");
    expect(parameters.values()).toEqual({ none: [], some: [1, -2] });
  });
});
