import { type Instant, instant } from "@meter/primitives";
import { describe, expect, test } from "vitest";
import { ClockNotSet, type ClockStore } from "./manual-clock.ts";
import { createStandingClock } from "./standing-clock.ts";

/** The port's rule, and nothing else; `answered` holds an answer back. */
const createStore = (answered: (to: Instant) => Promise<void> = async () => undefined): ClockStore => {
  let stored: Instant | null = null;
  return {
    read: async () => stored,
    set: async (to) => {
      stored = stored === null || to > stored ? to : stored;
      const answer = stored;
      await answered(to);
      return answer;
    },
  };
};

describe("a clock that stands until it is set", () => {
  test("has no time before, and says so", async () => {
    const clock = createStandingClock(createStore());
    expect(() => clock.now()).toThrow(ClockNotSet);
    expect(await clock.load()).toBeNull();
    expect(() => clock.now()).toThrow("PUT /api/v1/clock");
  });

  test.each([
    { sets: [5], now: 5, why: "the first time, any instant" },
    { sets: [-5], now: -5, why: "also one before 1970" },
    { sets: [5, 5], now: 5, why: "the same again" },
    { sets: [5, 6], now: 6, why: "a millisecond on" },
  ])("$sets → $now ($why)", async ({ sets, now }) => {
    const clock = createStandingClock(createStore());
    for (const to of sets) expect(await clock.set(instant(to))).toEqual({ ok: true, value: to });
    expect(clock.now()).toBe(now);
  });

  test("a millisecond back is refused, names both instants, and changes nothing", async () => {
    const store = createStore();
    const clock = createStandingClock(store);
    await clock.set(instant(5));
    expect(await clock.set(instant(4))).toEqual({
      ok: false,
      error: { type: "clock_backwards", now: instant(5), asked: instant(4) },
    });
    expect(clock.now()).toBe(5);
    expect(await store.read()).toBe(5);
  });

  test("stands where it stood after a restart, and follows another process when it is told of it", async () => {
    const store = createStore();
    const before = createStandingClock(store);
    await before.set(instant(7));
    const after = createStandingClock(store);
    expect(await after.load()).toBe(7);
    expect(after.now()).toBe(7);
    await before.set(instant(9));
    expect(await after.set(instant(8))).toMatchObject({ ok: false, error: { now: 9 } });
    expect(after.now(), "what the refusal told").toBe(9);
  });

  test("never goes back, though the answer to an earlier instant comes later", async () => {
    const held = Promise.withResolvers<void>();
    const clock = createStandingClock(createStore((to) => (to === 1 ? held.promise : Promise.resolve())));
    const first = clock.set(instant(1));
    await clock.set(instant(2));
    held.resolve();
    await first;
    expect(clock.now()).toBe(2);
  });
});
