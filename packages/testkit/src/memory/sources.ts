import { createHash } from "node:crypto";
import type { Clock, Crypto, IdSource } from "@meter/core";
import { createUlid } from "@meter/primitives";

/** Real SHA-256; "random" bytes that are the same in every run and differ with every call. */
export const createTestCrypto = (): Crypto => {
  let calls = 0;
  const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
  return {
    sha256,
    randomBytes: (count) => {
      calls += 1;
      return sha256(new TextEncoder().encode(`bytes ${calls}`)).slice(0, count);
    },
  };
};

/** ULIDs that rise with every call, also within a millisecond. */
export const createTestIds = (clock: Clock): IdSource => {
  let count = 0;
  return {
    ulid: () => {
      count += 1;
      const randomness = new Uint8Array(10);
      new DataView(randomness.buffer).setUint32(6, count);
      return createUlid(clock.now(), randomness);
    },
  };
};
