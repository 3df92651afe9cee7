import { describe, expect, test } from "vitest";
import { createTurns } from "./turns.ts";

const eventLoop = { monotonicNow: () => performance.now(), inNextRound: setImmediate };

const compute = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

describe("turns", () => {
  test("due once the time of the round is used up, and no longer in the next round", async () => {
    const turns = createTurns(2, eventLoop);
    expect(turns.due()).toBe(false);
    compute(2.5);
    expect(turns.due()).toBe(true);
    await turns.next();
    expect(turns.due()).toBe(false);
  });

  test("a turn ends by itself with the round of the event loop", async () => {
    const turns = createTurns(2, eventLoop);
    expect(turns.due()).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
    compute(2.5);
    expect(turns.due()).toBe(false);
  });

  test("each round takes one waiter, first come first served, and others get in between", async () => {
    const turns = createTurns(2, eventLoop);
    const order: string[] = [];
    let rounds = 0;
    let counting = true;
    const count = (): void => {
      rounds += 1;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    const waiter = async (name: string): Promise<void> => {
      await turns.next();
      order.push(`${name} in round ${rounds}`);
    };
    await Promise.all([waiter("a"), waiter("b"), waiter("c")]);
    counting = false;
    expect(order).toEqual(["a in round 1", "b in round 2", "c in round 3"]);
  });
});
