import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { programs } from "./programs.ts";
import type { Rule } from "./rules.ts";
import type { Run, Script } from "./run.ts";
import { type Copy, loadWithout } from "./without-rule.ts";

/** The shortest run found that breaks a promise without a rule: what `proofs.json` holds for each rule. */
export type Proof = Readonly<{ broke: string; steps: number; script: Script; trace: readonly string[] }>;
export type Proofs = Readonly<Record<string, Proof>>;

const path = fileURLToPath(new URL("proofs.json", import.meta.url));

export const readProofs = (): Proofs => JSON.parse(readFileSync(path, "utf8")) as Proofs; // what saveProofs wrote

export const saveProofs = (proofs: Proofs): void => writeFileSync(path, `${JSON.stringify(proofs, null, 2)}\n`);

/** How a rule's absence is looked for. */
export type Search = Readonly<{ exploredMax: number; seedsMax: number; firstSeed: number }>;

/** A product that is busy for ever loses nothing: not what is looked for. */
const restless = "the product does not come to rest";

/** Faults, and things out of order. */
const searched: readonly (readonly [number, number])[] = [
  [1, 0],
  [0, 1],
  [1, 1],
  [2, 0],
];

const toProof = (run: Run, program: readonly string[]): Proof => ({
  broke: run.broken[0] ?? "",
  steps: run.steps,
  script: { program, deviations: run.deviations, entriesMax: run.entriesMax },
  trace: run.trace,
});

/**
 * Looks for a run that breaks a promise without the rule: first the programs with up to three deviations, then seeds,
 * whose first failure is shrunk. Null when nothing was found.
 */
export const prove = async (rule: Rule, search: Search): Promise<Proof | null> => {
  const copy = await loadWithout(rule);
  for (const program of Object.values(programs)) {
    for (const [faults, reorders] of searched) {
      const kinds = copy.exploring.everyFault;
      const bounds = { faults, reorders, kinds, runsMax: search.exploredMax, ignores: restless };
      const { failed } = await copy.exploring.explore(program, bounds);
      if (failed !== null) return toProof(failed, program.steps);
    }
  }
  return proveBySeeds(copy, search);
};

const proveBySeeds = async ({ runs, random, shrinking }: Copy, search: Search): Promise<Proof | null> => {
  for (let seed = search.firstSeed; seed < search.firstSeed + search.seedsMax; seed++) {
    const run = await runs.run(random.drawRun(seed));
    if (run.broken.length === 0 || run.broken[0] === restless) continue;
    const { run: smallest } = await shrinking.shrink({
      program: [],
      deviations: run.deviations,
      entriesMax: run.entriesMax,
    });
    if (smallest.broken.length > 0) return toProof(smallest, []);
  }
  return null;
};

/** Whether a proof still shows what it showed: broken without the rule. */
export const holds = async (rule: Rule, proof: Proof): Promise<boolean> => {
  const { runs } = await loadWithout(rule);
  return (await runs.run(runs.followScript(proof.script))).broken.length > 0;
};
