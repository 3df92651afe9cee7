import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeString,
  scanElements,
  scanElementsInSteps,
  scanMembers,
  scanMembersInSteps,
  scanValue,
  scanValueInSteps,
  skipWhitespace,
  type Steps,
} from "./json-scan.ts";

const seeded = { seed: 20_260_101, numRuns: 2_000 };
const limits = { depthMax: 64 };

/** Whether the text as a whole is one JSON value. */
const isJson = (text: string): boolean => {
  const scanned = scanValue(text, skipWhitespace(text, 0), limits);
  return scanned.ok && skipWhitespace(text, scanned.value) === text.length;
};

describe("a value is strict JSON", () => {
  test.each([
    "0",
    "-0",
    "-12.50e+07",
    "1E400",
    '""',
    '"é😀\u007f\u2028"',
    String.raw`"\"\\\/\b\f\n\r\t\u0041\ud83d\ude00\ud800"`,
    "true",
    "false",
    "null",
    "[]",
    "{}",
    " \t\n\r[ 1 , [ ] , { } ] ",
    '{"a":1,"a":{"__proto__":[true,null]},"":""}',
  ])("%s is a value", (text) => {
    expect(isJson(text)).toBe(true);
    expect(() => JSON.parse(text)).not.toThrow();
  });

  test.each([
    { text: "", reason: "unexpected end of text", offset: 0 },
    { text: "\ufeff{}", reason: "expected a value", offset: 0 },
    { text: "\u00a01", reason: "expected a value", offset: 0 },
    { text: "01", reason: null, offset: 1 },
    { text: "-", reason: "unexpected end of text", offset: 1 },
    { text: "+1", reason: "expected a value", offset: 0 },
    { text: ".5", reason: "expected a value", offset: 0 },
    { text: "[5.]", reason: "expected a digit", offset: 3 },
    { text: "[1e]", reason: "expected a digit", offset: 3 },
    { text: "NaN", reason: "expected a value", offset: 0 },
    { text: "nul", reason: "expected a value", offset: 0 },
    { text: "True", reason: "expected a value", offset: 0 },
    { text: "'a'", reason: "expected a value", offset: 0 },
    { text: '"a', reason: "unexpected end of text", offset: 2 },
    { text: '"a\\', reason: "unexpected end of text", offset: 3 },
    { text: '"\\u12', reason: "unexpected end of text", offset: 5 },
    { text: '"\\u12G4"', reason: "expected a hex digit", offset: 5 },
    { text: '"\\x"', reason: "unknown escape", offset: 2 },
    { text: '"a\nb"', reason: "control character in a string", offset: 2 },
    { text: '"a\u0000b"', reason: "control character in a string", offset: 2 },
    { text: "[1,]", reason: "expected a value", offset: 3 },
    { text: "[1 2]", reason: "expected ',' or ']'", offset: 3 },
    { text: "[1}", reason: "expected ',' or ']'", offset: 2 },
    { text: '{"a":1]', reason: "expected ',' or '}'", offset: 6 },
    { text: '{"a":1,}', reason: "expected a member name", offset: 7 },
    { text: "{a:1}", reason: "expected a member name", offset: 1 },
    { text: '{"a" 1}', reason: "expected ':'", offset: 5 },
    { text: '{"a":}', reason: "expected a value", offset: 5 },
    { text: "[1 /* one */]", reason: "expected ',' or ']'", offset: 3 },
    { text: "[", reason: "unexpected end of text", offset: 1 },
    { text: "[".repeat(64), reason: "unexpected end of text", offset: 64 },
  ])("$text is refused: $reason at $offset", ({ text, reason, offset }) => {
    expect(isJson(text)).toBe(false);
    const scanned = scanValue(text, 0, limits);
    if (reason === null) expect(scanned).toEqual({ ok: true, value: offset });
    else expect(scanned).toEqual({ ok: false, error: { type: "invalid_json", offset, reason } });
  });

  test("it accepts exactly what JSON.parse accepts, also after the text is damaged", () => {
    const damage = fc.tuple(fc.nat(), fc.nat({ max: 2 }), fc.constantFrom(...Array.from('{}[]",:\\0e-.u \ntn\u0001é')));
    const texts = fc.tuple(fc.json({ maxDepth: 5 }), fc.array(damage, { maxLength: 2 })).map(([text, damages]) =>
      damages.reduce((damaged, [position, removed, inserted]) => {
        const at = position % (damaged.length + 1);
        return damaged.slice(0, at) + inserted + damaged.slice(at + removed);
      }, text),
    );
    fc.assert(
      fc.property(texts, (text) => isJson(text) === isParsable(text)),
      { ...seeded, numRuns: 5_000 },
    );
  });
});

const isParsable = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe("depth is bounded, and costs no stack", () => {
  test.each([
    { text: "1", depthMax: 0, ok: true, why: "a scalar has no depth" },
    { text: "[]", depthMax: 0, ok: false, why: "an empty container has depth 1" },
    { text: "[]", depthMax: 1, ok: true, why: "the bound is inclusive" },
    { text: '[{"a":[]}]', depthMax: 3, ok: true, why: "objects and arrays count alike" },
    { text: '[{"a":[]}]', depthMax: 2, ok: false, why: "one too many" },
    { text: "[[],[],[]]", depthMax: 2, ok: true, why: "siblings do not add up" },
  ])("$text within $depthMax: $ok ($why)", ({ text, depthMax, ok }) => {
    expect(scanValue(text, 0, { depthMax }).ok).toBe(ok);
  });

  test("a megabyte of brackets is an error", () => {
    const offset = 64;
    const error = { type: "json_too_deep", offset, depthMax: 64 };
    expect(scanValue("[".repeat(1_000_000), 0, limits)).toEqual({ ok: false, error });
  });

  test("and without a bound, half a million nested arrays are one value", () => {
    const text = "[".repeat(500_000) + "]".repeat(500_000);
    const scanned = scanValue(text, 0, { depthMax: Number.MAX_SAFE_INTEGER });
    expect(scanned).toEqual({ ok: true, value: 1_000_000 });
  });

  test("members and elements lie inside one container", () => {
    const nothing = (): void => {};
    const tooDeep = { type: "json_too_deep", offset: 5, depthMax: 1 };
    expect(scanMembers('{"a":[]}', 0, { depthMax: 1 }, nothing)).toEqual({ ok: false, error: tooDeep });
    expect(scanMembers('{"a":[]}', 0, { depthMax: 2 }, nothing).ok).toBe(true);
    expect(scanElements("[[]]", 0, { depthMax: 1 }, nothing).ok).toBe(false);
    expect(scanElements("[]", 0, { depthMax: 0 }, nothing).ok).toBe(false);
    expect(scanMembers("{}", 0, { depthMax: 0 }, nothing).ok).toBe(false);
  });
});

describe("members", () => {
  const members = (text: string): [string, string][] => {
    const found: [string, string][] = [];
    const scanned = scanMembers(text, 0, limits, (key, start, end) => found.push([key, text.slice(start, end)]));
    expect(scanned).toEqual({ ok: true, value: text.length });
    return found;
  };

  test.each([
    { text: "{}", answer: [], why: "none" },
    { text: "{ }", answer: [], why: "none, with a space" },
    {
      text: '{"b":1,"a":[2, 3]}',
      answer: [
        ["b", "1"],
        ["a", "[2, 3]"],
      ],
      why: "as written, in order",
    },
    {
      text: '{ "a" : "x" , "a" : null }',
      answer: [
        ["a", '"x"'],
        ["a", "null"],
      ],
      why: "duplicates included",
    },
    {
      text: '{"__proto__":1,"constructor":2}',
      answer: [
        ["__proto__", "1"],
        ["constructor", "2"],
      ],
      why: "names of prototypes are names",
    },
    { text: String.raw`{"\u0061\"":1}`, answer: [['a"', "1"]], why: "names are decoded" },
    { text: '{"":1.50}', answer: [["", "1.50"]], why: "an empty name; the number as written" },
  ])("$text ($why)", ({ text, answer }) => {
    expect(members(text)).toEqual(answer);
  });

  test.each(["[]", '"a"', "", '{"a":1', '{"a":1,}', '{"a":01}', "{,}"])("%s has none", (text) => {
    expect(scanMembers(text, 0, limits, () => {}).ok).toBe(false);
  });

  test("an error of the visitor is not taken for one of the text", () => {
    const visit = (): void => {
      throw new Error("mine");
    };
    expect(() => scanMembers('{"a":1}', 0, limits, visit)).toThrow("mine");
  });

  test("a visitor may scan", () => {
    const found: string[] = [];
    const text = '{"a":{"b":[1,{"c":2}]},"d":[[3]]}';
    scanMembers(text, 0, limits, (key, start) => {
      found.push(key);
      scanMembers(text, start, limits, (inner) => found.push(inner));
    });
    expect(found).toEqual(["a", "b", "d"]);
  });
});

describe("elements", () => {
  test("are visited in order, as written", () => {
    const text = '[ 1.0, "a,b" , [2,[3]],{"c":4}, null]';
    const found: string[] = [];
    const scanned = scanElements(text, 0, limits, (start, end) => found.push(text.slice(start, end)));
    expect(scanned).toEqual({ ok: true, value: text.length });
    expect(found).toEqual(["1.0", '"a,b"', "[2,[3]]", '{"c":4}', "null"]);
  });

  test.each(["{}", "", "[1", "[1,]", "[,1]", "[1;2]"])("%s has none", (text) => {
    expect(scanElements(text, 0, limits, () => {}).ok).toBe(false);
  });
});

test("a string's content is what JSON.parse reads", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (content) => {
      const text = ` ${JSON.stringify(content)}`;
      expect(decodeString(text, 1, text.length)).toBe(content);
    }),
    seeded,
  );
});

describe("in steps, with others scanning in between, a scan comes to the same", () => {
  const limits = { depthMax: 5, stepLength: 1 };
  const values = fc.jsonValue({ maxDepth: 7 }).map((value) => JSON.stringify(value));
  const torn = fc.tuple(values, fc.nat(), fc.constantFrom("", "]", "}", ",", '"', "x")).map(([text, at, other]) => {
    const cut = at % (text.length + 1);
    return text.slice(0, cut) + other + text.slice(cut + 1);
  });
  const texts = fc.oneof(values, torn);

  /** Takes the steps of both by turns. */
  const runBoth = <T>(one: Steps<T>, other: Steps<T>): readonly (T | undefined)[] => {
    const results: (T | undefined)[] = [undefined, undefined];
    const running = new Map([
      [0, one],
      [1, other],
    ]);
    while (running.size > 0)
      for (const [index, steps] of running) {
        const step = steps.next();
        if (step.done !== true) continue;
        results[index] = step.value;
        running.delete(index);
      }
    return results;
  };

  test("values", () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        expect(runBoth(scanValueInSteps(one, 0, limits), scanValueInSteps(other, 0, limits))).toEqual([
          scanValue(one, 0, limits),
          scanValue(other, 0, limits),
        ]);
      }),
      seeded,
    );
  });

  test("members and elements, as they are visited", () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const [object, array] = [`{"a":${one},"b":${other}}`, `[${one},${other}]`];
        const inSteps: unknown[][] = [[], []];
        const members = scanMembersInSteps(object, 0, limits, (...member) => inSteps[0]?.push(member));
        const elements = scanElementsInSteps(array, 0, limits, function* (...element) {
          yield;
          inSteps[1]?.push(element);
        });
        const results = runBoth(members, elements);
        const atOnce: unknown[][] = [[], []];
        expect(results).toEqual([
          scanMembers(object, 0, { depthMax: 5, stepLength: Infinity }, (...member) => atOnce[0]?.push(member)),
          scanElements(array, 0, { depthMax: 5, stepLength: Infinity }, (...element) => atOnce[1]?.push(element)),
        ]);
        expect(inSteps).toEqual(atOnce);
      }),
      seeded,
    );
  });

  test("a step is short, however large a value is", () => {
    const text = `[${"1,".repeat(1_000_000)}1]`;
    let steps = 0;
    for (const _ of scanValueInSteps(text, 0, { depthMax: 5 })) steps += 1;
    expect(steps).toBeGreaterThanOrEqual(7);
  });
});
