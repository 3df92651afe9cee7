import { createUlid, type Ulid } from "@meter/primitives";
import type { Clock } from "./clock.ts";

/** Where new identifiers come from. */
export type IdSource = Readonly<{ ulid: () => Ulid }>;

/** What API keys need of cryptography; the platform gives it. */
export type Crypto = Readonly<{
  /** Unpredictable bytes. */
  randomBytes: (count: number) => Uint8Array;
  sha256: (bytes: Uint8Array) => Uint8Array;
}>;

/** Milliseconds that never go back and do not depend on the clock of the product, for measuring how long something waits. */
export type MonotonicNow = () => number;

/** ULIDs that carry the clock's time: the system's, so that they rise, and can be had, while the product's clock stands. */
export const createIdSource = (deps: Readonly<{ clock: Clock; crypto: Pick<Crypto, "randomBytes"> }>): IdSource => ({
  ulid: () => createUlid(deps.clock.now(), deps.crypto.randomBytes(10)),
});
