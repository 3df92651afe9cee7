import { alternatives, findPowerFailure, healing, nextByItself, timePasses } from "./choices.ts";
import { checkTables, isAtRest } from "./check.ts";
import type { Choice } from "./operations.ts";
import { breakPromise, createWorld, type World } from "./world.ts";

/** A place where a run leaves its way: after so many steps since the last such place, or as soon as it can from then on. */
export type Deviation = Readonly<{ after: number; take: string }>;

/** What makes a run repeatable. `program`: what is asked of the product, one after the other, whenever all is quiet. */
export type Script = Readonly<{
  program: readonly string[];
  deviations: readonly Deviation[];
  entriesMax?: number | undefined;
}>;

export type Run = Readonly<{
  /** Promises that were broken; empty for a good run. */
  broken: readonly string[];
  steps: number;
  deviations: readonly Deviation[];
  entriesMax: number | undefined;
  /** Each step in words. */
  trace: readonly string[];
}>;

/** What a run may be led by. It is asked before each step. */
export type Lead = Readonly<{
  program: readonly string[];
  /** A choice that deviates; null: what happens by itself. `sinceLast`: steps since the last deviation. `asked`: steps of the program that were taken. */
  deviate: (world: World, sinceLast: number, asked: number) => Choice | null;
  /** False as long as deviations are to come: until then nothing heals by itself. */
  isOver: () => boolean;
  /** Usage entries that a block may have; undefined: so many that none is cut. */
  entriesMax?: number | undefined;
}>;

/** Far more than any run needs that comes to rest. */
const stepsMax = 3_000;
const turnsMax = 200;

/** One turn of the event loop: every continuation that can run has run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Runs the product in a world of its own until it is at rest, then checks it. Without deviations everything that was
 * asked for is done in order.
 */
export const run = async (lead: Lead): Promise<Run> => {
  const world = createWorld(lead.entriesMax);
  const deviations: Deviation[] = [];
  const trace: string[] = [];
  const program = [...lead.program];
  let sinceLast = 0;
  let steps = 0;
  for (; steps < stepsMax && world.broken.length === 0; steps++) {
    await takeTurns(world);
    const deviation = lead.deviate(world, sinceLast, lead.program.length - program.length);
    if (deviation !== null) {
      deviations.push({ after: sinceLast, take: deviation.label });
      sinceLast = 0;
    } else sinceLast += 1;
    const choice = deviation ?? nextStep(world, program, lead.isOver());
    if (choice === null) break;
    trace.push(choice.label);
    choice.take();
    await turn();
  }
  if (steps === stepsMax) breakPromise(world, "the product does not come to rest");
  if (world.broken.length === 0) checkTables(world);
  return { broken: world.broken, steps, deviations, entriesMax: lead.entriesMax, trace };
};

/** Null when all is done, or when nothing can be done. */
const nextStep = (world: World, program: string[], isOver: boolean): Choice | null => {
  const byItself = nextByItself(world);
  if (byItself !== null) return byItself;
  const asked = program[0] === undefined ? null : find(world, program[0]);
  if (asked !== null) {
    program.shift();
    return asked;
  }
  if (!isOver) return timePasses(world) ?? healing(world);
  const healed = healing(world);
  if (healed !== null) return healed;
  program.shift(); // it cannot be asked any more
  if (program.length === 0 && isAtRest(world)) return null;
  const time = timePasses(world);
  if (time === null) breakPromise(world, "the product waits for nothing");
  return time;
};

const takeTurns = async (world: World): Promise<void> => {
  for (let turns = 0; world.operations.turns.length > 0; turns++) {
    if (turns === turnsMax) return breakPromise(world, "the product is busy without end");
    for (const { resume } of world.operations.turns.splice(0)) resume();
    await turn();
  }
};

/** The choice that a label names, if it can be taken now. */
export const find = (world: World, label: string): Choice | null => {
  if (label === "time passes") return timePasses(world);
  const byItself = nextByItself(world);
  if (byItself?.label === label) return byItself;
  return findPowerFailure(world, label) ?? alternatives(world).find((choice) => choice.label === label) ?? null;
};

/** One that says the same of other offsets: a script stays of use when there is one event less before it. */
const findLike = (world: World, label: string): Choice | null =>
  alternatives(world).find(
    (choice) => choice.label !== label && withoutNumbers(choice.label) === withoutNumbers(label),
  ) ?? null;

export const withoutNumbers = (text: string): string => text.replaceAll(/\d+(,\d+)*/g, "#");

/** Follows a script; a deviation that cannot be taken at its place is taken as soon as it can, or never. */
export const followScript = ({ program, deviations, entriesMax }: Script): Lead => {
  let at = 0;
  return {
    program,
    entriesMax,
    deviate: (world, sinceLast) => {
      const next = deviations[at];
      if (next === undefined || sinceLast < next.after) return null;
      const choice = find(world, next.take) ?? findLike(world, next.take);
      if (choice !== null) at += 1;
      // Never: it is not in the way of what comes after it.
      else if (sinceLast > next.after + 60) at += 1;
      return choice;
    },
    isOver: () => at >= deviations.length,
  };
};
