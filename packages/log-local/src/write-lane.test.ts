import { describe, expect, test } from "vitest";
import { createWriteLane } from "./write-lane.ts";

describe("write lane", () => {
  test("a write begins when the one before has returned", async () => {
    const lane = createWriteLane();
    const order: string[] = [];
    const write = (name: string) => async (): Promise<void> => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
    };
    await Promise.all([lane.run(write("a")), lane.run(write("b"))]);
    expect(order).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  });

  test("after a failed write nothing is written, neither what waited nor what comes later", async () => {
    const lane = createWriteLane();
    const written: string[] = [];
    const failing = lane.run(async () => {
      throw new Error("no space");
    });
    const waiting = lane.run(async () => void written.push("waited"));
    await expect(failing).rejects.toThrow("no space");
    await expect(waiting).rejects.toThrow("no space");
    await expect(lane.run(async () => void written.push("late"))).rejects.toThrow("no space");
    expect(written).toEqual([]);
    expect((await lane.failed).message).toBe("no space");
  });

  test("the first reason stays", async () => {
    const lane = createWriteLane();
    lane.fail(new Error("first"));
    lane.fail(new Error("second"));
    expect(lane.failure()?.message).toBe("first");
    expect((await lane.failed).message).toBe("first");
  });
});
