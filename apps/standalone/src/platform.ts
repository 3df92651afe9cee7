import { hash, randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock, Crypto, MonotonicNow, Timer } from "@meter/core";
import { instant } from "@meter/primitives";

export const clock: Clock = { now: () => instant(Date.now()) };

export const monotonicNow: MonotonicNow = () => performance.now();

export const crypto: Crypto = {
  randomBytes: (count) => randomBytes(count),
  sha256: (bytes) => hash("sha256", bytes, "buffer"),
};

export const timer: Timer = {
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const done = (): void => {
        clearTimeout(handle);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const handle = setTimeout(done, ms);
      signal?.addEventListener("abort", done, { once: true });
    }),
  yield: () => nextTurn(),
};
