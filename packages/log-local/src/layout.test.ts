import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeOffset, encodeOffset, firstOffsetOf, recordKey, recordKeysEnd } from "./layout.ts";

const offsets = fc.oneof(
  fc.nat(),
  fc.maxSafeNat(),
  fc.constantFrom(0, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER),
);

test("the order of record keys is the order of offsets, and every offset comes back", () => {
  fc.assert(
    fc.property(offsets, offsets, (a, b) => {
      expect(Math.sign(Buffer.compare(recordKey(a), recordKey(b)))).toBe(Math.sign(a - b));
      expect(Buffer.compare(recordKey(a), recordKeysEnd)).toBe(-1);
      expect(firstOffsetOf(recordKey(a))).toBe(a);
      expect(decodeOffset(encodeOffset(b))).toBe(b);
    }),
    { seed: 20_261_124 },
  );
});

test.each([-1, 0.5, 2 ** 53, Number.NaN])("%d is not an offset", (offset) => {
  expect(() => encodeOffset(offset)).toThrow("offset");
});

test("8 bytes above the safe integers are not an offset", () => {
  expect(() => decodeOffset(Buffer.from("0020000000000000", "hex"))).toThrow("safe integer");
  expect(() => decodeOffset(Buffer.alloc(7))).toThrow("8 bytes");
});
