import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256 } from "./sha256.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the digests that FIPS 180-4's examples name", () => {
  test.each([
    { text: "", digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", why: "nothing" },
    { text: "abc", digest: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", why: "one block" },
    {
      text: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      digest: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
      why: "56 bytes: the length needs a block of its own",
    },
    {
      text: "a".repeat(1_000_000),
      digest: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
      why: "many blocks",
    },
  ])("$why", ({ text, digest }) => {
    expect(hex(sha256(utf8(text)))).toBe(digest);
  });
});

test("says what another implementation says, whatever the length", () => {
  const lengths = fc.integer({ min: 0, max: 300 });
  fc.assert(
    fc.property(
      lengths.chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
      (bytes) => {
        expect(hex(sha256(bytes))).toBe(createHash("sha256").update(bytes).digest("hex"));
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});
