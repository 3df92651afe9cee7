import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createExtractor } from "./json-extract.ts";
import type { JsonFound } from "./json-extract.ts";
import { parseJsonPath } from "./json-path.ts";
import type { JsonPath, JsonPathStep } from "./json-path.ts";

const seeded = { seed: 20_260_101, numRuns: 2_000 };

const path = (text: string): JsonPath => {
  const parsed = parseJsonPath(text);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
};

/** Short notation: a type, or the type's first letter and the text. */
const note = (found: JsonFound | undefined): string =>
  found === undefined || !("text" in found) ? String(found?.type) : `${found.type[0]}:${found.text}`;

const extract = (text: string | null, ...paths: string[]): string[] => createExtractor(paths.map(path))(text).map(note);

describe("what stands at a path", () => {
  test.each([
    { text: null, path: "$.a", answer: "missing", why: "no data" },
    { text: "null", path: "$.a", answer: "missing", why: "null has no members" },
    { text: "null", path: "$", answer: "null", why: "the whole is null" },
    { text: "{}", path: "$", answer: "object", why: "the whole" },
    { text: "{}", path: "$.a", answer: "missing", why: "no such member" },
    { text: '{"a":null}', path: "$.a", answer: "null", why: "null is not missing" },
    { text: '{"a":true}', path: "$.a", answer: "b:true", why: "a boolean" },
    { text: '{"a":false}', path: "$.a", answer: "b:false", why: "a boolean" },
    { text: '{"a":""}', path: "$.a", answer: "s:", why: "an empty string is a string" },
    { text: '{"a":{}}', path: "$.a", answer: "object", why: "an object" },
    { text: '{"a":[]}', path: "$.a", answer: "array", why: "an array" },
    { text: '{"a":{"b":2}}', path: "$.a.b", answer: "n:2", why: "inside" },
    { text: '{"a":[{"b":2}]}', path: "$.a.b", answer: "missing", why: "an array is not unwrapped" },
    { text: '{"a":{"b":2}}', path: "$.a[0]", answer: "missing", why: "an object is not wrapped" },
    { text: '{"a":1,"a":2}', path: "$.a", answer: "n:2", why: "the last duplicate wins" },
    { text: '{"a":1,"a":{}}', path: "$.a", answer: "object", why: "whatever it is" },
    { text: '{"a":{"b":1},"a":{"c":2}}', path: "$.a.b", answer: "missing", why: "and with all it has" },
    { text: '{"a":{"b":1},"a":3}', path: "$.a.b", answer: "missing", why: "or has not" },
    { text: String.raw`{"\u0061":7}`, path: "$.a", answer: "n:7", why: "an escaped name is the name" },
    { text: String.raw`{"a":1,"\u0061":7}`, path: "$.a", answer: "n:7", why: "and a duplicate of it" },
    {
      text: '{"__proto__":{"x":1},"constructor":2}',
      path: "$.__proto__.x",
      answer: "n:1",
      why: "names of prototypes are names",
    },
    { text: "{}", path: "$.constructor", answer: "missing", why: "nothing is inherited" },
    { text: '{"ab":1}', path: "$.a", answer: "missing", why: "a longer name is another" },
    { text: ' { "a" : [ 1 , 2 ] } ', path: "$.a[1]", answer: "n:2", why: "whitespace everywhere" },
  ])("$path of $text → $answer ($why)", ({ text, path: at, answer }) => {
    expect(extract(text, at)).toEqual([answer]);
  });
});

describe("several matches: the first scalar, else the first container", () => {
  test.each([
    { text: "[[1],{},2,3]", path: "$[*]", answer: "n:2", why: "the first scalar" },
    { text: "[[1],null,2]", path: "$[*]", answer: "null", why: "null counts as one" },
    { text: "[[1],{}]", path: "$[*]", answer: "array", why: "no scalar: the first container" },
    { text: "[]", path: "$[*]", answer: "missing", why: "no match" },
    { text: "[5,6,7]", path: "$[1 to 3]", answer: "n:6", why: "a range" },
    { text: "[5,{},7]", path: "$[1 to 2]", answer: "object", why: "its end is exclusive" },
    { text: "[5]", path: "$[1 to 3]", answer: "missing", why: "a range beyond the end" },
    { text: '[{"x":[]},{"y":1},{"x":4},{"x":5}]', path: "$[*].x", answer: "n:4", why: "through members" },
    { text: '[{"x":1,"x":{}},{"x":4}]', path: "$[*].x", answer: "n:4", why: "a duplicate hides the scalar" },
    { text: '[{"x":1},{"x":{}}]', path: "$[*].x", answer: "n:1", why: "a later match does not" },
    { text: "[[],[[7]],[8]]", path: "$[*][*]", answer: "n:8", why: "scalars before containers, at any depth" },
  ])("$path of $text → $answer ($why)", ({ text, path: at, answer }) => {
    expect(extract(text, at)).toEqual([answer]);
  });
});

describe("texts", () => {
  test.each([
    { token: "1.0", text: "1", why: "trailing zeros" },
    { token: "-0", text: "0", why: "one zero" },
    { token: "-0.0", text: "0", why: "one zero" },
    { token: "0.5", text: "0.5", why: "canonical already" },
    { token: "1e3", text: "1000", why: "no exponent" },
    { token: "-12.5E-1", text: "-1.25", why: "no exponent" },
    { token: "9007199254740993", text: "9007199254740993", why: "beyond doubles" },
    { token: "1e400", text: "1e400", why: "out of range: as written" },
    { token: "1e1000000000", text: "1e1000000000", why: "out of range: as written" },
    { token: `${"9".repeat(39)}.0`, text: `${"9".repeat(39)}.0`, why: "out of range: as written" },
    { token: `0.${"1".repeat(31)}`, text: `0.${"1".repeat(31)}`, why: "out of range: as written" },
  ])("number $token → $text ($why)", ({ token, text }) => {
    expect(createExtractor([path("$.a")])(`{"a":${token}}`)).toEqual([{ type: "number", text }]);
  });

  test.each([
    { token: String.raw`"a\u0000\n\"\u00e9"`, text: 'a\u0000\n"é', why: "escapes" },
    { token: String.raw`"\ud83d\ude00"`, text: "😀", why: "a pair of surrogates" },
    { token: String.raw`"x\ud83d"`, text: "x\ufffd", why: "half a pair" },
    { token: '"1.0"', text: "1.0", why: "a string stays as written" },
  ])("string $token ($why)", ({ token, text }) => {
    expect(createExtractor([path("$.a")])(`{"a":${token}}`)).toEqual([{ type: "string", text }]);
  });
});

describe("many paths, one pass", () => {
  test("answers stand in the order of the paths, duplicates and prefixes included", () => {
    const text = '{"b":{"c":[10,20]},"a":"x"}';
    expect(extract(text, "$.a", "$.b", "$.b.c", "$.b.c[1]", "$.b.c[*]", "$.a", "$.z", "$")).toEqual([
      "s:x",
      "object",
      "array",
      "n:20",
      "n:10",
      "s:x",
      "missing",
      "object",
    ]);
  });

  test("no paths have no answers", () => {
    expect(extract('{"a":1}')).toEqual([]);
  });

  test("one extractor serves many texts", () => {
    const extractor = createExtractor([path("$.a")]);
    expect(extractor('{"a":1}').map(note)).toEqual(["n:1"]);
    expect(extractor("{}").map(note)).toEqual(["missing"]);
  });
});

describe("text that is not JSON throws", () => {
  test.each([
    "",
    "{",
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{"a":1}x',
    '{"a":[1,',
    '{"a":[1 2]}',
    '{"b":"\u0001"}',
    '{"b":01}',
    "[".repeat(1_000_000),
    '{"a":'.repeat(100_000),
  ])("%#", (text) => {
    expect(() => extract(text, "$.a[0]", "$.b")).toThrow();
  });
});

/** JSON as a tree that can say what JavaScript's objects cannot: duplicate names, their order, and numbers as written. */
type Tree =
  | Readonly<{ kind: "scalar"; text: string }>
  | Readonly<{ kind: "array"; items: readonly Tree[] }>
  | Readonly<{ kind: "object"; members: readonly (readonly [string, Tree])[] }>;

const names = fc.constantFrom("a", "b", "__proto__", "é");

const { tree: trees } = fc.letrec<{ tree: Tree; scalar: Tree; array: Tree; object: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4 }, tie("scalar"), tie("array"), tie("object")),
  scalar: fc.record({
    kind: fc.constant("scalar" as const),
    text: fc.constantFrom("null", "true", "7", "1.50", '"x"', '"\\u0061"'),
  }),
  array: fc.record({
    kind: fc.constant("array" as const),
    items: fc.array(tie("tree"), { maxLength: 4 }),
  }),
  object: fc.record({
    kind: fc.constant("object" as const),
    members: fc.array(fc.tuple(names, tie("tree")), { maxLength: 5 }),
  }),
}));

const paths = fc
  .array(
    fc.oneof(
      fc.constantFrom("['a']", ".b", ".__proto__", '."é"'),
      fc.constantFrom("[0]", "[1]", "[*]", "[0 to 2]", "[1 to 3]"),
    ),
    { maxLength: 4 },
  )
  .map((parts) => `$${parts.join("")}`);

const write = (tree: Tree, space: string): string => {
  if (tree.kind === "scalar") return tree.text;
  const parts =
    tree.kind === "array"
      ? tree.items.map((item) => write(item, space))
      : tree.members.map(([name, value]) => `${JSON.stringify(name)}${space}:${write(value, space)}`);
  const inner = space + parts.join(`${space},${space}`) + space;
  return tree.kind === "array" ? `[${inner}]` : `{${inner}}`;
};

/** All matches of the steps, in document order: the definition, without any pass or tree of paths. */
const matches = (tree: Tree, [step, ...rest]: readonly JsonPathStep[]): readonly Tree[] => {
  if (step === undefined) return [tree];
  if (step.type === "member") {
    if (tree.kind !== "object") return [];
    const member = tree.members.findLast(([name]) => name === step.name);
    return member === undefined ? [] : matches(member[1], rest);
  }
  if (tree.kind !== "array") return [];
  const end = step.to === "end" ? tree.items.length : step.to + 1;
  return tree.items.slice(step.from, end).flatMap((item) => matches(item, rest));
};

const expectedNote = (found: readonly Tree[]): string => {
  const chosen = found.find(({ kind }) => kind === "scalar") ?? found[0];
  if (chosen === undefined) return "missing";
  if (chosen.kind !== "scalar") return chosen.kind;
  const value = JSON.parse(chosen.text) as string | number | boolean | null; // a scalar's text
  return value === null ? "null" : `${(typeof value)[0]}:${value}`;
};

test("every set of paths finds in every text what the definition finds", () => {
  const spaces = fc.constantFrom("", " ", "\n\t ");
  fc.assert(
    fc.property(trees, fc.array(paths, { maxLength: 6 }), spaces, (tree, texts, space) => {
      const answers = extract(write(tree, space), ...texts);
      expect(answers).toEqual(texts.map((text) => expectedNote(matches(tree, path(text).steps))));
    }),
    seeded,
  );
});

test("many paths below one object find what one finds alone", () => {
  const text = '{"k3":1,"__proto__":{"a":2},"k\\u0034":3,"é":4,"k3":5,"constructor":6,"other":7}';
  const texts = ["$.__proto__.a", '$."é"', "$.constructor", ...Array.from({ length: 20 }, (_, n) => `$.k${n}`)];
  expect(extract(text, ...texts)).toEqual(texts.flatMap((one) => extract(text, one)));
  expect(extract(text, ...texts).filter((answer) => answer !== "missing")).toEqual(["n:2", "n:4", "n:6", "n:5", "n:3"]);
});

test("many stretches of one array find what one finds alone", () => {
  const text = `[${Array.from({ length: 40 }, (_, n) => (n % 3 === 0 ? "{}" : `{"a":${n}}`)).join()}]`;
  const texts = Array.from({ length: 40 }, (_, n) => [
    `$[${n}].a`,
    `$[${n} to ${n + 7}].a`,
    `$[0 to ${n + 1}].a`,
    `$[${n}]`,
  ]).flat();
  expect(extract(text, ...texts)).toEqual(texts.flatMap((one) => extract(text, one)));
});

test("a text that many stretches name is read once: they answer one and the same", () => {
  const texts = Array.from({ length: 600 }, (_, n) => path(`$.x[0 to ${n + 1}]`));
  expect(new Set(createExtractor(texts)(`{"x":["${"y".repeat(1_000)}"]}`)).size).toBe(1);
});
