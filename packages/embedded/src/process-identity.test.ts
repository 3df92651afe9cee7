import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { argumentsOf, identify, isAlive, isProcessIdentity, processesIn } from "./process-identity.ts";

const self = identify(process.pid);

describe("a process is known by number, start and boot", () => {
  test("this one lives, and asks the same of itself twice", () => {
    expect(self).toEqual(identify(process.pid));
    expect(self && isAlive(self)).toBe(true);
  });

  test.each([{ startTime: "1" }, { bootId: "another" }])("%o makes it another process", (change) => {
    expect(self && isAlive({ ...self, ...change })).toBe(false);
  });

  test("one that has ended is gone", async () => {
    const child = spawn("sleep", ["600"], { stdio: "ignore" });
    const identity = identify(child.pid ?? 0);
    expect(identity && isAlive(identity)).toBe(true);
    expect(argumentsOf(child.pid ?? 0)).toContain("600");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(identity && isAlive(identity)).toBe(false);
    expect(argumentsOf(child.pid ?? 0).filter((argument) => argument !== "")).toEqual([]);
  });
});

test("processes of a directory are those of the given executable that work in it", async () => {
  const child = spawn("sleep", ["600"], { stdio: "ignore", cwd: "/usr" });
  try {
    await once(child, "spawn");
    expect(processesIn("/usr", "sleep")).toContain(child.pid);
    expect(processesIn("/usr", "postgres")).not.toContain(child.pid);
    expect(processesIn("/", "sleep")).not.toContain(child.pid);
  } finally {
    child.kill("SIGKILL");
  }
});

describe("a damaged record names no process", () => {
  test.each([
    null,
    1,
    "1",
    {},
    { pid: 1, startTime: "1", bootId: "b" },
    { pid: -5, startTime: "1", bootId: "b" },
    { pid: 1.5, startTime: "1", bootId: "b" },
    { pid: 5, startTime: 1, bootId: "b" },
  ])("%o", (value) => {
    expect(isProcessIdentity(value)).toBe(false);
  });

  test("a whole one does", () => {
    expect(isProcessIdentity({ pid: 5, startTime: "1", bootId: "b" })).toBe(true);
  });
});
