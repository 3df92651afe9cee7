import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createUlid, isUlid } from "./id.ts";
import { instant } from "./time.ts";

const seeded = { seed: 20_260_101, numRuns: 500 };
const bytes = fc.uint8Array({ minLength: 10, maxLength: 10 });
const times = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe("a ULID is 48 bits of time and 80 of chance", () => {
  test.each([
    { at: 0, byte: 0, answer: "00000000000000000000000000", why: "the smallest" },
    { at: 2 ** 48 - 1, byte: 255, answer: "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", why: "the largest" },
    {
      at: 1_469_918_176_385,
      byte: 0,
      answer: "01ARYZ6S410000000000000000",
      why: "the time of the specification's example",
    },
  ])("$at → $answer ($why)", ({ at, byte, answer }) => {
    expect(createUlid(instant(at), new Uint8Array(10).fill(byte))).toBe(answer);
  });

  test("both parts can be read back", () => {
    const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    fc.assert(
      fc.property(times, bytes, (at, randomness) => {
        const ulid = createUlid(instant(at), randomness);
        expect(isUlid(ulid)).toBe(true);
        const value = Array.from(ulid).reduce((n, digit) => n * 32n + BigInt(alphabet.indexOf(digit)), 0n);
        const chance = randomness.reduce((n, byte) => n * 256n + BigInt(byte), 0n);
        expect(value).toBe(BigInt(at) * 2n ** 80n + chance);
      }),
      seeded,
    );
  });

  test("a later time sorts after an earlier one", () => {
    fc.assert(
      fc.property(times, times, bytes, bytes, (a, b, left, right) => {
        fc.pre(a < b);
        expect(createUlid(instant(a), left) < createUlid(instant(b), right)).toBe(true);
      }),
      seeded,
    );
  });

  test("what does not fit is a bug", () => {
    expect(() => createUlid(instant(-1), new Uint8Array(10))).toThrow("48 bits");
    expect(() => createUlid(instant(2 ** 48), new Uint8Array(10))).toThrow("48 bits");
    expect(() => createUlid(instant(0), new Uint8Array(9))).toThrow("10 bytes");
  });

  test.each([
    { text: "01ARYZ6S410000000000000000", is: true, why: "a ULID" },
    { text: "81ARYZ6S410000000000000000", is: false, why: "more than 128 bits" },
    { text: "01aryz6s410000000000000000", is: false, why: "lowercase" },
    { text: "01ARYZ6S41000000000000000I", is: false, why: "I is not in the alphabet" },
    { text: "01ARYZ6S41000000000000000", is: false, why: "25 characters" },
    { text: "01ARYZ6S410000000000000000\n", is: false, why: "a line feed" },
  ])("$text: $is ($why)", ({ text, is }) => {
    expect(isUlid(text)).toBe(is);
  });
});
