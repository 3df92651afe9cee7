import { alternatives } from "./choices.ts";
import type { Kind } from "./operations.ts";
import type { Program } from "./programs.ts";
import { type Deviation, followScript, type Lead, run, type Run } from "./run.ts";

/** How far from its way an exploration goes. Late statements, and the end of a stall, belong to what made them. */
export type Bounds = Readonly<{
  /** Faults of the world, at most, in one run. */
  faults: number;
  /** Things done out of order, at most, in one run. */
  reorders: number;
  /** The kinds of faults that are tried. */
  kinds: readonly Kind[];
  /** Runs in all, at most. */
  runsMax: number;
  /** A broken promise that is not looked for. */
  ignores?: string;
}>;

export type Exploration = Readonly<{
  /** Runs made: every one that the bounds allow, unless `complete` is false. */
  runs: number;
  steps: number;
  complete: boolean;
  failed: Run | null;
}>;

export const everyFault: readonly Kind[] = [
  "insert-fault",
  "read-fault",
  "control-fault",
  "sync-fault",
  "stop",
  "kill",
  "engine",
  "power",
  "merge",
];
const reorders: readonly Kind[] = ["proceed", "time", "stall", "ask"];
const free: readonly Kind[] = ["late", "resume", "clean-up"];

type Node = Readonly<{ deviations: readonly Deviation[]; faults: number; reorders: number }>;

/**
 * Every run of a program with up to so many deviations, breadth first: so that the first that breaks a promise has the
 * fewest. Stops at it.
 */
export const explore = async (program: Program, bounds: Bounds): Promise<Exploration> => {
  let nodes: readonly Node[] = [{ deviations: [], faults: 0, reorders: 0 }];
  let runs = 0;
  let steps = 0;
  while (nodes.length > 0) {
    const next: Node[] = [];
    for (const node of nodes) {
      if (runs >= bounds.runsMax) return { runs, steps, complete: false, failed: null };
      const { lead, branches } = branching(program, node, bounds);
      const done = await run(lead);
      runs += 1;
      steps += done.steps;
      if (done.broken.some((promise) => promise !== bounds.ignores))
        return { runs, steps, complete: false, failed: done };
      // One that was not taken waits for what comes only after all of them: nothing new lies behind it.
      if (done.deviations.length === node.deviations.length) next.push(...branches);
    }
    nodes = next;
  }
  return { runs, steps, complete: true, failed: null };
};

/** Follows a node's deviations, and notes each way on from there. */
const branching = (
  { steps, setUp = 0 }: Program,
  node: Node,
  bounds: Bounds,
): Readonly<{ lead: Lead; branches: Node[] }> => {
  const script = followScript({ program: steps, deviations: node.deviations });
  const branches: Node[] = [];
  const lead: Lead = {
    program: steps,
    isOver: script.isOver,
    deviate: (world, sinceLast, asked) => {
      const choice = script.deviate(world, sinceLast, asked);
      if (choice !== null || !script.isOver() || asked < setUp) return choice;
      for (const { label, kind } of alternatives(world)) {
        const faults = node.faults + (bounds.kinds.includes(kind) ? 1 : 0);
        const reordered = node.reorders + (reorders.includes(kind) ? 1 : 0);
        const isTried = free.includes(kind) || faults > node.faults || reordered > node.reorders;
        if (!isTried || faults > bounds.faults || reordered > bounds.reorders) continue;
        branches.push({
          deviations: [...node.deviations, { after: sinceLast, take: label }],
          faults,
          reorders: reordered,
        });
      }
      return null;
    },
  };
  return { lead, branches };
};
