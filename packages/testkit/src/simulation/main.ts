// The data plane in a simulated world: `node packages/testkit/src/simulation/main.ts [--runs N] [--seed S]` explores the
// programs, then makes N seeded runs (100,000) from seed S (0). A seed that breaks a promise is shrunk and kept in
// regressions/. `--rules [NAME…]` looks for the shortest failing run without each rule and writes proofs.json; `--proofs`
// checks that those runs still fail without their rule, and pass with it. `--table` prints the rules as Markdown. Exit code 1 when something is not as it should be.
import process from "node:process";
import { parseArgs } from "node:util";
import { explore } from "./explore.ts";
import { longPlans, type Plan } from "./programs.ts";
import { holds, type Proof, prove, readProofs, saveProofs } from "./proofs.ts";
import { drawRun } from "./random.ts";
import { saveRegression } from "./regressions.ts";
import { rules } from "./rules.ts";
import { followScript, run } from "./run.ts";
import { kindOf, shrink } from "./shrink.ts";
import { rulesTable } from "./table.ts";

const { values, positionals } = parseArgs({
  options: {
    runs: { type: "string", default: "100000" },
    seed: { type: "string", default: "0" },
    rules: { type: "boolean", default: false },
    proofs: { type: "boolean", default: false },
    table: { type: "boolean", default: false },
  },
  allowPositionals: true,
});

const say = (line: string): void => console.log(line);
const fail = (line: string): void => {
  say(line);
  process.exitCode = 1;
};

const exploreAll = async (plans: readonly Plan[]): Promise<void> => {
  for (const { program, bounds } of plans) {
    const start = performance.now();
    const { runs, steps, failed } = await explore(program, bounds);
    const seconds = ((performance.now() - start) / 1_000).toFixed(1);
    const kinds = bounds.kinds.length < 6 ? ` (${bounds.kinds.join(", ")})` : "";
    say(
      `${program.name}: ${bounds.faults} faults${kinds}, ${bounds.reorders} out of order: ${runs} runs, ${steps} steps, ${seconds} s`,
    );
    if (failed === null) continue;
    const script = { program: program.steps, deviations: failed.deviations };
    fail(`  broken: ${failed.broken[0]}; kept in ${saveRegression(`explored-${failed.steps}`, script, failed)}`);
  }
};

const runSeeds = async (first: number, count: number): Promise<void> => {
  const start = performance.now();
  const kinds = new Set<string>();
  let steps = 0;
  for (let seed = first; seed < first + count; seed++) {
    const drawn = await run(drawRun(seed));
    steps += drawn.steps;
    if ((seed - first + 1) % 20_000 === 0) say(`${seed - first + 1} runs`);
    if (drawn.broken.length === 0) continue;
    const { script, run: smallest } = await shrink({
      program: [],
      deviations: drawn.deviations,
      entriesMax: drawn.entriesMax,
    });
    fail(`seed ${seed}: ${drawn.broken[0]}`);
    const shown = smallest.broken.length > 0 ? { script, run: smallest } : null;
    if (shown === null || kinds.has(kindOf(shown.run))) continue;
    kinds.add(kindOf(shown.run)); // one of each kind
    say(`  kept in ${saveRegression(`seed-${seed}`, shown.script, shown.run)}`);
  }
  const seconds = (performance.now() - start) / 1_000;
  say(
    `seeds ${first} to ${first + count - 1}: ${steps} steps in ${seconds.toFixed(0)} s, ${(count / seconds).toFixed(0)} runs/s`,
  );
};

const proveRules = async (names: readonly string[]): Promise<void> => {
  const proofs: Record<string, Proof> = names.length === 0 ? {} : { ...readProofs() };
  for (const rule of rules) {
    if (names.length > 0 && !names.includes(rule.name)) continue;
    const proof = await prove(rule, {
      exploredMax: 2_500,
      seedsMax: Number(values.runs),
      firstSeed: Number(values.seed),
    });
    delete proofs[rule.name];
    if (proof === null) fail(`${rule.name}: nothing found`);
    else {
      proofs[rule.name] = proof;
      say(`${rule.name}: ${proof.broke} after ${proof.steps} steps`);
      for (const { take } of proof.script.deviations) say(`    ${take}`);
    }
    saveProofs(proofs);
  }
};

const checkProofs = async (): Promise<void> => {
  const proofs = readProofs();
  for (const rule of rules) {
    const proof = proofs[rule.name];
    if (proof === undefined) {
      fail(`${rule.name}: no proof`);
      continue;
    }
    const { broken } = await run(followScript(proof.script));
    if (broken.length > 0) fail(`${rule.name}: its run fails with the rule, too: ${broken[0]}`);
    if (!(await holds(rule, proof)))
      fail(`${rule.name}: its run no longer fails without the rule; look for another with --rules`);
  }
  say(`${Object.keys(proofs).length} of ${rules.length} rules: without each, its run breaks a promise`);
};

if (values.table) say(rulesTable());
else if (values.proofs) await checkProofs();
else if (values.rules) await proveRules(positionals);
else {
  await exploreAll(longPlans);
  await runSeeds(Number(values.seed), Number(values.runs));
}
