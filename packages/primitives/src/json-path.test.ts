import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchesSeveral, parseJsonPath } from "./json-path.ts";

/** A short notation: names as they are, elements as from..to. */
const steps = (text: string): string[] | null => {
  const parsed = parseJsonPath(text);
  if (!parsed.ok) return null;
  expect(parsed.value.text).toBe(text);
  return parsed.value.steps.map((step) => (step.type === "member" ? step.name : `${step.from}..${step.to}`));
};

describe("accepted, as ClickHouse's JSON_VALUE accepts it", () => {
  test.each([
    { path: "$", answer: [], why: "the whole" },
    { path: "$.a", answer: ["a"], why: "a member" },
    { path: "$.a.b", answer: ["a", "b"], why: "a member of a member" },
    { path: "$['a']", answer: ["a"], why: "brackets, single quotes" },
    { path: '$["a"]', answer: ["a"], why: "brackets, double quotes" },
    { path: '$."a-b"', answer: ["a-b"], why: "a quoted name after a point" },
    { path: '$["it\'s"]', answer: ["it's"], why: "the other quote is a character" },
    { path: "$['a.b[0]']", answer: ["a.b[0]"], why: "quotes protect everything" },
    { path: "$['x y']", answer: ["x y"], why: "also spaces" },
    { path: '$."é"', answer: ["é"], why: "also what is not ASCII" },
    { path: "$['']", answer: [""], why: "the empty name" },
    { path: "$.1a", answer: ["1a"], why: "a digit first" },
    { path: "$.$d", answer: ["$d"], why: "a dollar first" },
    { path: "$._x9", answer: ["_x9"], why: "an underscore first" },
    { path: "$.__proto__.constructor", answer: ["__proto__", "constructor"], why: "only names" },
    { path: "$.arr[0]", answer: ["arr", "0..0"], why: "one element" },
    { path: "$.arr[*]", answer: ["arr", "0..end"], why: "all elements" },
    { path: "$.arr[0 to 1]", answer: ["arr", "0..0"], why: "the index after `to` is exclusive" },
    { path: "$.arr[2 to 5].x", answer: ["arr", "2..4", "x"], why: "three elements" },
    { path: "$[3][4]", answer: ["3..3", "4..4"], why: "arrays in arrays" },
    { path: "$[4294967294]", answer: ["4294967294..4294967294"], why: "the largest index" },
  ])("$path ($why)", ({ path, answer }) => {
    expect(steps(path)).toEqual(answer);
  });
});

describe("refused", () => {
  test.each([
    { path: "", why: "nothing" },
    { path: "a", why: "no $" },
    { path: ".a", why: "no $" },
    { path: "$a", why: "no point" },
    { path: "$.", why: "no name" },
    { path: "$.a.", why: "no name at the end" },
    { path: "$..a", why: "no descendants" },
    { path: "$.*", why: "no wildcard for members" },
    { path: "$.a-b", why: "an unquoted hyphen" },
    { path: "$.a b", why: "an unquoted space" },
    { path: "$.é", why: "unquoted and not ASCII" },
    { path: "$. a", why: "a space" },
    { path: " $.a", why: "a space before" },
    { path: "$.a\n", why: "a line feed after" },
    { path: '$.""', why: "ClickHouse has no empty name after a point" },
    { path: "$.'a'", why: "single quotes only in brackets" },
    { path: '$.["a"]', why: "a point or brackets" },
    { path: "$[a]", why: "brackets need quotes" },
    { path: "$['a", why: "an open bracket" },
    { path: "$['a\"]", why: "quotes that do not match" },
    { path: String.raw`$['a\'b']`, why: "no escapes" },
    { path: "$.arr[-1]", why: "no negative index" },
    { path: "$.arr[01]", why: "no leading zero" },
    { path: "$.arr[1.5]", why: "an index is an integer" },
    { path: "$.arr[]", why: "no index" },
    { path: "$.arr[0,1]", why: "no lists" },
    { path: "$.arr[2 to 2]", why: "an empty range" },
    { path: "$.arr[2 to 1]", why: "a range backwards" },
    { path: "$.arr[0to1]", why: "`to` stands alone" },
    { path: "$.arr[4294967295]", why: "an index beyond 32 bits" },
    { path: "$.arr[?(@.x > 1)]", why: "no filters" },
    { path: "$.a.length()", why: "no functions" },
    { path: '$."\ud800"', why: "a lone surrogate" },
  ])("$path ($why)", ({ path }) => {
    expect(steps(path)).toBeNull();
  });

  test("length and number of steps are bounded, inclusively", () => {
    expect(steps(`$.${"a".repeat(1_022)}`)).toEqual(["a".repeat(1_022)]);
    expect(parseJsonPath(`$.${"a".repeat(1_023)}`)).toEqual({
      ok: false,
      error: { type: "invalid_json_path", reason: "must be at most 1024 characters long" },
    });
    expect(steps(`$${".a".repeat(64)}`)).toHaveLength(64);
    expect(parseJsonPath(`$${".a".repeat(65)}`)).toEqual({
      ok: false,
      error: { type: "invalid_json_path", reason: "must have at most 64 steps" },
    });
  });

  test("the reason says where, and what can stand there", () => {
    expect(parseJsonPath("$.a-b")).toEqual({
      ok: false,
      error: {
        type: "invalid_json_path",
        reason: `has no valid step at character 4; a step is .name, ."any name", ['any name'], [0], [0 to 2] or [*]`,
      },
    });
  });
});

describe("several values may stand at a path", () => {
  test.each([
    { path: "$.a.b", answer: false, why: "one" },
    { path: "$.a[2]", answer: false, why: "one element" },
    { path: "$.a[2 to 3]", answer: false, why: "a range of one element" },
    { path: "$.a[*].b", answer: true, why: "all elements" },
    { path: "$.a[2 to 4]", answer: true, why: "two elements" },
  ])("$path: $answer ($why)", ({ path, answer }) => {
    const parsed = parseJsonPath(path);
    expect(parsed.ok && matchesSeveral(parsed.value)).toBe(answer);
  });
});

test("any name without quotes of both kinds and backslashes can be written", () => {
  const names = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" });
  fc.assert(
    fc.property(names, (name) => {
      fc.pre(!name.includes("\\") && !name.includes("'"));
      expect(steps(`$['${name}']`)).toEqual([name]);
    }),
    { seed: 20_260_101, numRuns: 500 },
  );
});
