import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { explore } from "./explore.ts";
import { shortPlans } from "./programs.ts";
import { drawRun } from "./random.ts";
import { readRegressions } from "./regressions.ts";
import { followScript, run } from "./run.ts";
import { rulesTable } from "./table.ts";

const seeds = 4_000;

describe("in a simulated world every acknowledged event counts once, and no read that is answered misses one", () => {
  test.each(shortPlans)(
    "$program.name: every run with $bounds.faults faults, $bounds.reorders out of order",
    async (plan) => {
      const { failed, complete, runs } = await explore(plan.program, plan.bounds);
      expect(failed).toBeNull();
      expect(complete).toBe(true);
      expect(runs).toBeGreaterThan(20);
    },
  );

  test(`${seeds} seeded runs`, { timeout: 120_000 }, async () => {
    for (let seed = 0; seed < seeds; seed++) expect((await run(drawRun(seed))).broken, `seed ${seed}`).toEqual([]);
  });

  test("a seed is one run: the same steps each time", async () => {
    for (const seed of [1, 2, 3]) expect(await run(drawRun(seed))).toEqual(await run(drawRun(seed)));
  });

  test.each(readRegressions())("once broken: $name", async ({ script }) => {
    expect((await run(followScript(script))).broken).toEqual([]);
  });
});

test("without any one of its rules, a known run breaks a promise", { timeout: 120_000 }, async () => {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [main, "--proofs"]).catch((error: unknown) => {
    throw new Error(String((error as { stdout?: string }).stdout)); // execFile's rejection carries what was said
  });
  expect(stdout).toContain("without each, its run breaks a promise");
});

test("docs/reference/rules.md has the table of the rules as they are", () => {
  const text = readFileSync(new URL("../../../../docs/reference/rules.md", import.meta.url), "utf8");
  const plain = (table: string): string => table.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
  expect(plain(text)).toContain(plain(rulesTable()));
});
