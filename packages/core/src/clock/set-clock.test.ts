import { eventLimits } from "@meter/events";
import { type Instant, instant } from "@meter/primitives";
import { describe, expect, test } from "vitest";
import type { DueWork, ParkedWork } from "./due-work.ts";
import { createStandingClock } from "./standing-clock.ts";
import { getClock } from "./get-clock.ts";
import { setClock } from "./set-clock.ts";

const createManual = (runUntil: DueWork["runUntil"]) => {
  let stored: Instant | null = null;
  const standing = createStandingClock({
    read: async () => stored,
    set: async (to) => (stored = stored === null || to > stored ? to : stored),
  });
  const deps = { clock: standing, clockSetting: { mode: "manual", standing, dueWork: { runUntil } } } as const;
  return { standing, setClock: setClock(deps), getClock: getClock(deps) };
};
const nothing: DueWork["runUntil"] = async () => ({ parked: [] });

describe("the manual clock", () => {
  test("is read before and after it is set", async () => {
    const manual = createManual(nothing);
    expect(await manual.getClock()).toEqual({ mode: "manual", now: null });
    await manual.setClock(instant(3));
    expect(await manual.getClock()).toEqual({ mode: "manual", now: 3 });
  });

  test("what is due is done up to the instant, at which everybody else is already; what stayed parked is answered", async () => {
    const parked: readonly ParkedWork[] = [{ customerId: "c", dueAt: instant(7), reason: "usage cannot be read" }];
    const seen: (readonly [number, number])[] = [];
    const manual = createManual(async (until) => {
      seen.push([until, manual.standing.now()]);
      return { parked };
    });
    expect(await manual.setClock(instant(8))).toEqual({ ok: true, value: { now: 8, parked } });
    expect(seen).toEqual([[8, 8]]);
  });

  test("a call that failed is taken up by the same call", async () => {
    let calls = 0;
    const manual = createManual(async () => {
      calls += 1;
      if (calls === 1) throw new Error("the database is away");
      return { parked: [] };
    });
    await expect(manual.setClock(instant(8))).rejects.toThrow("away");
    expect(manual.standing.now()).toBe(8);
    expect(await manual.setClock(instant(8))).toEqual({ ok: true, value: { now: 8, parked: [] } });
    expect(calls).toBe(2);
  });

  test("calls at once take turns: due work of the first has ended before the second sets the clock", async () => {
    const steps: string[] = [];
    const manual = createManual(async (until) => {
      steps.push(`${until} begins at ${manual.standing.now()}`);
      await Promise.resolve();
      steps.push(`${until} ends at ${manual.standing.now()}`);
      return { parked: [] };
    });
    const answers = await Promise.all([1, 2, 1].map((to) => manual.setClock(instant(to))));
    expect(steps).toEqual(["1 begins at 1", "1 ends at 1", "2 begins at 2", "2 ends at 2"]);
    expect(answers[2]).toEqual({ ok: false, error: { type: "clock_backwards", now: 2, asked: 1 } });
  });

  test.each([
    { now: eventLimits.timeMin - 1, ok: false, why: "before 1970" },
    { now: eventLimits.timeMin, ok: true, why: "the first instant" },
    { now: eventLimits.timeEnd - 1, ok: true, why: "the last one" },
    { now: eventLimits.timeEnd, ok: false, why: "where event times end" },
  ])("$now: $ok ($why)", async ({ now, ok }) => {
    const manual = createManual(nothing);
    const answer = await manual.setClock(instant(now));
    expect(answer.ok).toBe(ok);
    if (!answer.ok) expect(answer.error).toMatchObject({ type: "invalid_input", faults: [{ field: "now" }] });
    expect((await manual.getClock()).now).toBe(ok ? now : null);
  });
});

test("the system's clock is read, and not set", async () => {
  const deps = { clock: { now: () => instant(42) }, clockSetting: { mode: "system" } } as const;
  expect(await getClock(deps)()).toEqual({ mode: "system", now: 42 });
  expect(await setClock(deps)(instant(43))).toEqual({ ok: false, error: { type: "clock_not_manual" } });
});
