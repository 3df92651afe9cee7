import { expect, test } from "vitest";
import { createGate, type Leave } from "./gate.ts";

const staying = new AbortController().signal;
const limits = { atOnceMax: 2, namespaceAtOnceMax: 2, waitingMax: 2, waitMsMax: 10_000 };

const enterTwo = async (gate: ReturnType<typeof createGate>): Promise<readonly Leave[]> => {
  const entered = await Promise.all([gate.enter("one", staying), gate.enter("one", staying)]);
  return entered.filter((leave) => leave !== null);
};

test("so many are inside, the next ones wait their turn", async () => {
  const gate = createGate(limits);
  const [first, second] = await enterTwo(gate);
  const order: string[] = [];
  const third = gate.enter("one", staying).then((leave) => (order.push("third"), leave));
  const fourth = gate.enter("one", staying).then((leave) => (order.push("fourth"), leave));
  expect(gate.inside()).toBe(2);
  first?.();
  first?.(); // leaves once
  const inThird = await third;
  expect([order, gate.inside()]).toEqual([["third"], 2]);
  second?.();
  (await fourth)?.();
  inThird?.();
  expect([order, gate.inside()]).toEqual([["third", "fourth"], 0]);
});

test("more than may wait are turned away at once", async () => {
  const gate = createGate(limits);
  await enterTwo(gate);
  void gate.enter("one", staying);
  void gate.enter("one", staying);
  expect(await gate.enter("one", staying)).toBeNull();
});

test("who waits too long is turned away, and takes no turn of another", async () => {
  const gate = createGate({ ...limits, waitMsMax: 20 });
  const [first, second] = await enterTwo(gate);
  expect(await gate.enter("one", staying)).toBeNull();
  first?.();
  second?.();
  expect(gate.inside()).toBe(0);
  expect(await enterTwo(gate)).toHaveLength(2);
});

test("who goes away while waiting, or went before, takes no turn", async () => {
  const gate = createGate(limits);
  const [first] = await enterTwo(gate);
  const going = new AbortController();
  const waiting = gate.enter("one", going.signal);
  going.abort();
  expect(await waiting).toBeNull();
  expect(await gate.enter("one", going.signal)).toBeNull();
  first?.();
  expect(gate.inside()).toBe(1);
});

test("one namespace leaves room for the others, and its own wait for each other", async () => {
  const gate = createGate({ ...limits, atOnceMax: 3 });
  const [first] = await enterTwo(gate);
  const order: string[] = [];
  const third = gate.enter("one", staying).then((leave) => (order.push("one"), leave));
  const other = await gate.enter("other", staying);
  expect(other).not.toBeNull();
  expect([gate.inside(), order]).toEqual([3, []]);
  other?.();
  expect(gate.inside()).toBe(2); // nobody of another namespace waits
  first?.();
  await third;
  expect([gate.inside(), order]).toEqual([2, ["one"]]);
});
