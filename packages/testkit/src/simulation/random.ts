import { alternatives, powerFails, timePasses } from "./choices.ts";
import type { Choice, Kind } from "./operations.ts";
import type { Lead } from "./run.ts";
import { partsAtRisk } from "./tables.ts";
import type { World } from "./world.ts";

/** Mulberry32: a small seeded generator, so that a run can be repeated. Answers in [0, 1). */
export const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const weights: Readonly<Record<Kind, number>> = {
  proceed: 4,
  time: 2,
  minute: 3,
  send: 10,
  spoil: 2,
  heal: 2,
  create: 4,
  change: 4,
  delete: 0.5,
  ask: 5,
  "insert-fault": 4,
  late: 6,
  "read-fault": 1,
  "control-fault": 2,
  "sync-fault": 1,
  stall: 2,
  resume: 4,
  stop: 0.5,
  kill: 1.5,
  engine: 1,
  power: 1,
  merge: 2,
  "clean-up": 6,
};

const always: readonly Kind[] = ["send", "create", "late", "resume", "heal"];

/** What a run dwells on. In a patient one little happens for many minutes, so that disks and clean-up have their time. */
type Temper = Readonly<{ stepsMax: number; rates: readonly number[]; dwellsOn: readonly Kind[] }>;

const tempers: readonly Temper[] = [
  { stepsMax: 180, rates: [0.08, 0.2, 0.4], dwellsOn: [] },
  { stepsMax: 120, rates: [0.15, 0.3], dwellsOn: ["late", "kill", "control-fault", "power", "create"] },
  {
    stepsMax: 250,
    rates: [0.08, 0.2],
    dwellsOn: ["power", "sync-fault", "stall", "kill", "minute", "spoil", "heal", "change"],
  },
  {
    stepsMax: 400,
    rates: [0.04, 0.1],
    dwellsOn: ["power", "merge", "clean-up", "minute", "engine", "stall", "change", "ask"],
  },
];

/** Draws a run: its temper, its length, how often it leaves its way, and which kinds of things happen in it at all. */
export const drawRun = (seed: number): Lead => {
  const random = createRandom(seed);
  const pick = <T>(from: readonly [T, ...T[]] | readonly T[]): T => from[Math.floor(random() * from.length)] as T; // never empty
  const temper = pick(tempers);
  const stepsMax = 20 + Math.floor(random() * temper.stepsMax);
  const rate = pick(temper.rates);
  const chosen = new Map(
    (Object.keys(weights) as Kind[]).map((kind) => {
      const dwelt = temper.dwellsOn.includes(kind);
      const happens = always.includes(kind) || random() < (dwelt ? 0.85 : 0.55);
      return [kind, happens ? weights[kind] * (0.3 + random() * 1.4) * (dwelt ? 3 : 1) : 0];
    }),
  );
  let steps = 0;
  return {
    program: [],
    entriesMax: seed % 3 === 2 ? 1 + (seed % 4) : undefined, // blocks are cut in every third run
    isOver: () => steps >= stepsMax,
    deviate: (world) => {
      if (steps >= stepsMax) return null;
      steps += 1;
      return random() < rate ? draw(world, random, chosen) : null;
    },
  };
};

/** A kind by its weight, then one of that kind. */
const draw = (world: World, random: () => number, chosen: ReadonlyMap<Kind, number>): Choice | null => {
  const byKind = Map.groupBy(alternatives(world), ({ kind }) => kind);
  const total = [...byKind.keys()].reduce((sum, kind) => sum + (chosen.get(kind) ?? 0), 0);
  let rest = random() * total;
  for (const [kind, choices] of byKind) {
    rest -= chosen.get(kind) ?? 0;
    if (rest >= 0) continue;
    if (kind === "power") return drawPowerFailure(world, random);
    return choices[Math.floor(random() * choices.length)] ?? null;
  }
  return timePasses(world);
};

const drawPowerFailure = (world: World, random: () => number): Choice => {
  const fates: Record<string, "lost" | "torn"> = {};
  for (const name of partsAtRisk(world.tables)) {
    const fate = random();
    if (fate < 0.4) fates[name] = "lost";
    else if (fate < 0.6) fates[name] = "torn";
  }
  return powerFails(world, fates, random() < 0.5);
};
