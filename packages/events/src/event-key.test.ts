import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createEventKey } from "./event-key.ts";

const seeded = { seed: 20_260_101, numRuns: 1_000 };

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();
const key = createEventKey(sha256);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The rule once more, in the plainest way. */
const expectedKey = (...parts: readonly string[]): string => {
  const preimage = parts.flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(part));
    return [length, Buffer.from(part)];
  });
  return hex(sha256(Buffer.concat(preimage)).subarray(0, 16));
};

const texts = fc.string({ unit: "grapheme-composite", maxLength: 30 });

describe("an event's key", () => {
  test("is the first half of SHA-256 over the length-prefixed triple", () => {
    fc.assert(
      fc.property(texts, texts, texts, (namespace, source, id) => {
        const found = key({ namespace, source, id });
        expect(found).toHaveLength(16);
        expect(hex(found)).toBe(expectedKey(namespace, source, id));
      }),
      seeded,
    );
  });

  test("is this, for a triple written down", () => {
    // sha256 of 00000001 6e 00000001 73 00000001 69, by sha256sum
    expect(hex(key({ namespace: "n", source: "s", id: "i" }))).toBe("411efb8b1acf5714ea428ed43694b492");
  });

  test.each([
    { one: ["n", "a-b", "c"], other: ["n", "a", "b-c"], why: "no separator can be forged" },
    { one: ["n", "ab", "c"], other: ["n", "a", "bc"], why: "no boundary can be moved" },
    { one: ["na", "b", "c"], other: ["n", "ab", "c"], why: "nor between namespaces" },
    { one: ["n", "a\u0000", "b"], other: ["n", "a", "\u0000b"], why: "nor with NUL" },
    { one: ["n", "é", "b"], other: ["n", "e\u0301", "b"], why: "nothing is normalised" },
  ])("$one and $other differ ($why)", ({ one, other }) => {
    const keyOf = ([namespace = "", source = "", id = ""]: readonly string[]): string =>
      hex(key({ namespace, source, id }));
    expect(keyOf(one)).not.toBe(keyOf(other));
  });

  test("holds for long parts, and is not overwritten by the next one", () => {
    const long = "é".repeat(20_000);
    const first = key({ namespace: "n", source: long, id: long });
    const second = key({ namespace: "n", source: "s", id: "i" });
    key({ namespace: "x", source: "y", id: "z" });
    expect(hex(first)).toBe(expectedKey("n", long, long));
    expect(hex(second)).toBe(expectedKey("n", "s", "i"));
  });
});
