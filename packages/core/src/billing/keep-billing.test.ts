import { instant } from "@meter/primitives";
import { expect, test } from "vitest";
import { keepBilling } from "./keep-billing.ts";

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

test("what became due before anybody listened for wakes is billed as soon as somebody does", async () => {
  const passes: string[] = [];
  const listening = Promise.withResolvers<void>();
  const asleep = Promise.withResolvers<void>();
  const kept = keepBilling({
    scheduler: {
      runDue: async () => void passes.push("pass"),
      runUntil: async () => ({ parked: [] }),
      stop: async () => undefined,
    },
    billing: { nextDueAt: async () => null },
    wakes: { listen: () => listening.promise, stop: async () => undefined },
    clock: { now: () => instant(0) },
    timer: { sleep: () => asleep.promise, yield: async () => undefined },
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  kept.start();
  await settled();
  expect(passes, "of the start").toEqual(["pass"]);

  listening.resolve();
  await settled();
  expect(passes, "and of the first moment at which a wake would arrive").toEqual(["pass", "pass"]);

  const stopped = kept.stop();
  asleep.resolve();
  await stopped;
});
