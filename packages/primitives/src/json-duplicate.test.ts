import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findDuplicateMember } from "./json-duplicate.ts";

describe("a name that an object has twice", () => {
  test.each([
    { text: '{"a":1,"a":2}', path: "a", why: "at the top" },
    { text: '{"a":{"b":1,"c":{},"b":2}}', path: "a.b", why: "inside" },
    { text: '[{"a":1},{"a":1,"a":1}]', path: "[1].a", why: "in an element" },
    { text: '{"x":[0,[],{"y":{}},{"a":[{},[{"b":0,"b":0}]]}]}', path: "x[3].a[1][0].b", why: "deep inside" },
    { text: String.raw`{"a":1,"\u0061":2}`, path: "a", why: "an escaped name is the name" },
    { text: '{"":1,"":2}', path: "", why: "the empty name" },
    { text: '{"__proto__":1,"__proto__":2}', path: "__proto__", why: "a name of prototypes" },
    { text: ' { "a" : "}" , "b" : "\\"" , "a" : 1 } ', path: "a", why: "texts that look like structure" },
  ])("$text → $path ($why)", ({ text, path }) => {
    expect(findDuplicateMember(text)).toBe(path);
  });

  test.each([
    '{"a":{"a":{"a":1}},"b":{"a":1}}',
    '[{"a":1},{"a":1}]',
    '{"a":["a","a"],"b":"a"}',
    '"a"',
    "[]",
    "0",
    "{}",
  ])("none: %s", (text) => {
    expect(findDuplicateMember(text)).toBeNull();
  });

  test("what JSON.stringify writes has none; with the same member again it has one", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { minKeys: 1 }), (object) => {
        const text = JSON.stringify(object);
        const [first = ""] = Object.keys(object);
        expect(findDuplicateMember(text)).toBeNull();
        expect(findDuplicateMember(`${text.slice(0, -1)},${JSON.stringify(first)}:0}`)).toBe(first);
      }),
      { seed: 20_260_101, numRuns: 500 },
    );
  });

  test("a long name is shown in part", () => {
    const name = JSON.stringify("x".repeat(5_000));
    expect(findDuplicateMember(`{${name}:1,${name}:2}`)).toBe("x".repeat(200));
  });

  test("nested without end", () => {
    const deep = 100_000;
    expect(findDuplicateMember(`${'{"a":'.repeat(deep)}0${"}".repeat(deep)}`)).toBeNull();
  });
});
