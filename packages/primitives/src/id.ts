import { assert } from "./result.ts";
import type { Instant } from "./time.ts";

/** 48 bits of epoch milliseconds and 80 random bits as 26 characters of Crockford's base 32, uppercase. Sorts by time. */
export type Ulid = string & { readonly __brand: "Ulid" };

/** Throws unless `at` lies in [1970-01-01, 10889-08-02) and there are exactly 10 bytes of randomness. */
export const createUlid = (at: Instant, randomness: Uint8Array): Ulid => {
  assert(at >= 0 && at < 2 ** 48, "a ULID holds 48 bits of time");
  assert(randomness.length === 10, "a ULID holds 10 bytes of randomness");
  let text = "";
  for (let shift = 45; shift >= 0; shift -= 5) {
    text += alphabet.charAt(Math.floor(at / 2 ** shift) % 32);
  }
  let bits = 0;
  let count = 0;
  for (const byte of randomness) {
    bits = ((bits << 8) | byte) & 0xfff; // at most 4 bits are left over from the byte before
    count += 8;
    while (count >= 5) {
      count -= 5;
      text += alphabet.charAt((bits >> count) & 31);
    }
  }
  return text as Ulid; // 10 + 16 characters of the alphabet; the first is at most 7, because 48 bits fill 50
};

export const isUlid = (text: string): text is Ulid => ulid.test(text);

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
