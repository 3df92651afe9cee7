import { everyFault, type Bounds } from "./explore.ts";

/** Something asked of the product, whose runs are explored. `setUp`: so many of its steps are taken without a deviation. */
export type Program = Readonly<{ name: string; steps: readonly string[]; setUp?: number }>;

const createMeter = "a meter is created";
const send = "an event is sent";
const askUsage = "usage of m0 is asked for";
const minute = "a minute passes";

export const programs: Readonly<
  Record<
    | "oneEvent"
    | "twoEvents"
    | "backfill"
    | "parked"
    | "parkedWhole"
    | "tornMerge"
    | "lostMerge"
    | "oldSources"
    | "newEngine"
    | "endedBuild",
    Program
  >
> = {
  oneEvent: { name: "one event, one meter", steps: [createMeter, send, askUsage] },
  twoEvents: { name: "two events, one meter, a sync between", steps: [createMeter, send, minute, send, askUsage] },
  backfill: {
    name: "two events, a meter after the first, then changed",
    steps: [send, createMeter, send, "meter m0 is changed", "usage of m0 is asked for by group"],
  },
  parked: {
    name: "a refused event, parked and stored later",
    steps: [createMeter, "an event is sent that usage refuses", send, askUsage, "the tables take everything"],
  },
  parkedWhole: {
    name: "an event that both tables refuse, trimmed while it is parked",
    steps: [createMeter, "an event is sent that both refuse", minute, "the tables take everything", minute, askUsage],
  },
  tornMerge: {
    name: "two old parts, merged just before the power fails",
    steps: [
      createMeter,
      send,
      minute,
      send,
      ...Array.from({ length: 11 }, () => minute), // longer than sources of merges stay
      "parts of usage are merged",
      "the power fails; U3 torn",
      askUsage,
    ],
    setUp: 15,
  },
  lostMerge: {
    name: "two parts, merged; the power fails when their sources are old",
    steps: [
      createMeter,
      send,
      minute,
      send,
      minute,
      "parts of usage are merged",
      ...Array.from({ length: 11 }, () => minute),
      "sources of merges are removed",
      "the power fails; U3 lost",
      askUsage,
    ],
    setUp: 6,
  },
  oldSources: {
    name: "two old parts, merged; a restart, then the power fails",
    steps: [
      createMeter,
      send,
      minute,
      send,
      ...Array.from({ length: 11 }, () => minute),
      "parts of usage are merged",
      minute,
      "the server is killed",
      minute,
      "sources of merges are removed",
      "the power fails; U3 lost",
      askUsage,
    ],
    setUp: 16,
  },
  newEngine: {
    name: "two old parts, merged just before a restart; the power fails before a sync",
    steps: [
      createMeter,
      send,
      minute,
      send,
      ...Array.from({ length: 11 }, () => minute),
      "parts of usage are merged",
      "the server is killed",
      "time passes",
      "time passes", // half a minute: cleaning up begins
      "sources of merges are removed",
      "the power fails; U3 lost",
      askUsage,
    ],
    setUp: 15,
  },
  endedBuild: {
    name: "a meter is changed while its usage is read",
    steps: [
      createMeter,
      send,
      "time passes",
      "time passes",
      askUsage,
      "meter m0 is changed",
      "time passes",
      "time passes",
    ],
    setUp: 4,
  },
};

export type Plan = Readonly<{ program: Program; bounds: Bounds }>;

const bounds = (faults: number, reorders: number, kinds: Bounds["kinds"] = everyFault): Bounds => ({
  faults,
  reorders,
  kinds,
  runsMax: Infinity,
});

const { lostMerge, ...shortPrograms } = programs;

/** A second or two. */
export const shortPlans: readonly Plan[] = Object.values(shortPrograms).flatMap((program) => [
  { program, bounds: bounds(1, 0) },
  { program, bounds: bounds(0, 1) },
]);

/** Some minutes: three faults with one event, two faults (or one, and one thing out of order) with two. */
export const longPlans: readonly Plan[] = [
  ...shortPlans,
  { program: lostMerge, bounds: bounds(1, 0) },
  { program: programs.oneEvent, bounds: bounds(2, 0) },
  { program: programs.oneEvent, bounds: bounds(1, 1) },
  { program: programs.oneEvent, bounds: bounds(3, 0, ["insert-fault", "kill", "power"]) },
  { program: programs.twoEvents, bounds: bounds(2, 0) },
  { program: programs.backfill, bounds: bounds(2, 0) },
  { program: programs.backfill, bounds: bounds(1, 1) },
  { program: programs.parked, bounds: bounds(2, 0, ["insert-fault", "control-fault", "sync-fault", "kill", "power"]) },
];
