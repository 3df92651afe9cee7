import type { Meter, MeterId } from "@meter/catalog";
import { createMeterBuild } from "@meter/core";
import { instant } from "@meter/primitives";
import * as control from "./control.ts";
import { losePower as loseLogPower } from "./log.ts";
import { type Choice, isEnabled, type Kind } from "./operations.ts";
import { announceBuilds, restartEngine } from "./ports.ts";
import { askUsage, eventId, eventType, killServer, namespace, sendEvents, startServer } from "./server.ts";
import { hasOldParts, losePower, mergeParts, partsAtRisk, removeOldParts } from "./tables.ts";
import type { Spoilt, World } from "./world.ts";

/** Bounds of what is asked of the product in one run, so that runs end. */
export const eventsMax = 12;
const metersMax = 2;
const buildsMax = 5;

/**
 * What happens when nobody interferes: turns of the event loop, then what was asked for first, then a start of the
 * server. Null when all is quiet until a timer is due.
 */
export const nextByItself = (world: World): Choice | null => {
  const { pending } = world.operations;
  const first =
    pending.find((operation) => operation.dueAt === null && isEnabled(operation, world.now)) ??
    pending
      .filter((operation) => isEnabled(operation, world.now))
      .toSorted((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))[0];
  if (first !== undefined) return { label: first.name, kind: "proceed", take: first.proceed };
  if (world.server === null) return { label: "the server starts", kind: "proceed", take: () => startServer(world) };
  return null;
};

/** The clock moves on to the next timer. */
export const timePasses = (world: World): Choice | null => {
  const next = Math.min(
    ...world.operations.pending.flatMap(({ dueAt }) => (dueAt !== null && dueAt > world.now ? [dueAt] : [])),
  );
  if (next === Infinity) return null;
  return {
    label: "time passes",
    kind: "time",
    take: () => {
      world.now = next;
    },
  };
};

/** Everything that can happen now, apart from what happens by itself. */
export const alternatives = (world: World): readonly Choice[] => {
  const byItself = nextByItself(world);
  return [
    ...operationChoices(world).filter(({ label }) => label !== byItself?.label),
    ...lateChoices(world),
    ...clockChoices(world, byItself),
    ...outsideChoices(world),
    ...disasterChoices(world),
    ...engineChoices(world),
  ];
};

const operationChoices = ({ operations: { pending }, now }: World): readonly Choice[] =>
  pending.flatMap((operation): readonly Choice[] => {
    const { name, dueAt, kind } = operation;
    if (dueAt !== null && dueAt > now) return [];
    const proceed = { label: name, kind: "proceed" as const, take: operation.proceed };
    if (operation.stalled) return [{ ...proceed, label: `${name}, at last`, kind: "resume" }];
    const stall: Choice = { label: `${name}: stalls`, kind: "stall", take: () => void (operation.stalled = true) };
    const canStall = kind === "sync" || kind === "insert" || kind === "control" || kind === "read";
    return [proceed, ...operation.faults(), ...(canStall ? [stall] : [])];
  });

/** What its client has given up may still happen. */
const lateChoices = (world: World): readonly Choice[] => [
  ...world.tables.inFlight.map((statement): Choice => ({
    label: statement.label,
    kind: "late",
    take: () => {
      world.tables.inFlight = world.tables.inFlight.filter((other) => other !== statement);
      statement.commit();
    },
  })),
  ...world.lateStatements.map((statement): Choice => ({
    label: statement.label,
    kind: "late",
    take: () => {
      world.lateStatements.splice(world.lateStatements.indexOf(statement), 1);
      statement.take();
    },
  })),
];

const clockChoices = (world: World, byItself: Choice | null): readonly Choice[] => {
  const time = timePasses(world);
  if (time === null) return [];
  const minute: Choice = { label: "a minute passes", kind: "minute", take: () => void (world.now += 60_000) };
  return byItself === null ? [minute] : [time];
};

/** What producers, readers and the owner of the meters do. */
const outsideChoices = (world: World): readonly Choice[] => {
  const { server } = world;
  const meters = control.liveMeters(world.control);
  const canChange = world.control.builds.size < buildsMax;
  const outside = (label: string, kind: Kind, take: () => void): Choice => ({ label, kind, take });
  const send = (count: number, spoilt: Spoilt | null) => () => {
    if (server === null) return;
    const indexes = Array.from({ length: count }, (_, index) => world.eventsMade + index);
    world.eventsMade += count;
    if (spoilt !== null) world.spoilt.set(eventId(indexes[0] ?? 0), spoilt);
    sendEvents(world, server, indexes);
  };
  return [
    ...(server === null || world.eventsMade >= eventsMax
      ? []
      : [
          outside("an event is sent", "send", send(1, null)),
          outside("two events are sent", "send", send(2, null)),
          outside("an event is sent that events refuses", "spoil", send(1, "events")),
          outside("an event is sent that usage refuses", "spoil", send(1, "usage")),
          outside("an event is sent that both refuse", "spoil", send(1, "both")),
        ]),
    ...(server === null || world.eventsMade === 0
      ? []
      : [outside("the last event is sent again", "send", () => sendEvents(world, server, [world.eventsMade - 1]))]),
    ...(world.spoilt.size === 0 ? [] : [outside("the tables take everything", "heal", () => world.spoilt.clear())]),
    ...(canChange && world.metersMade < metersMax
      ? [outside("a meter is created", "create", () => createMeter(world))]
      : []),
    ...meters.flatMap((meter) => [
      ...(canChange ? [outside(`meter ${meter.key} is changed`, "change", () => changeMeter(world, meter))] : []),
      outside(`meter ${meter.key} is deleted`, "delete", () => {
        control.deleteMeter(world.control, meter, instant(world.now));
        announceBuilds(world);
      }),
      ...(server === null
        ? []
        : [
            outside(`usage of ${meter.key} is asked for`, "ask", () => askUsage(world, server, meter, false)),
            outside(`usage of ${meter.key} is asked for by group`, "ask", () => askUsage(world, server, meter, true)),
          ]),
    ]),
  ];
};

const createMeter = (world: World): void => {
  const meter: Meter = {
    id: world.ids.ulid() as MeterId, // a new ULID becomes a meter's id here
    namespace,
    key: `m${world.metersMade++}`,
    name: "",
    description: null,
    metadata: null,
    eventType,
    aggregation: "sum",
    valueProperty: "$.n",
    groupBy: {},
    eventFrom: null,
    createdAt: instant(world.now),
    updatedAt: instant(world.now),
    deletedAt: null,
  };
  control.createMeter(world.control, meter, createMeterBuild(world.ids, namespace, meter));
  announceBuilds(world);
};

const changeMeter = (world: World, before: Meter): void => {
  const groupBy = { [`d${world.control.builds.size}`]: "$.d" };
  const meter = { ...before, groupBy, updatedAt: instant(world.now) };
  control.changeMeter(world.control, meter, createMeterBuild(world.ids, namespace, meter));
  announceBuilds(world);
};

const disasterChoices = (world: World): readonly Choice[] => {
  const { server } = world;
  const risk = partsAtRisk(world.tables);
  const subsets: readonly Fates[] = [
    {},
    Object.fromEntries(risk.map((name) => [name, "lost"])),
    ...(risk.length === 0 ? [] : [Object.fromEntries(risk.map((name) => [name, "torn" as const]))]),
    ...risk.map((name) => ({ [name]: "lost" as const })),
    ...risk.map((name) => ({ [name]: "torn" as const })),
  ];
  return [
    ...(server === null
      ? [
          {
            label: "the server starts, a sync fails",
            kind: "sync-fault",
            take: () => startServer(world, false),
          } satisfies Choice,
        ]
      : [
          { label: "the server is killed", kind: "kill", take: () => killServer(world, server) } satisfies Choice,
          {
            label: "the server is told to stop",
            kind: "stop",
            take: () => void server.worker.stop(4_000).then(() => killServer(world, server)),
          } satisfies Choice,
        ]),
    ...[...new Map(subsets.map((fates) => [describeFates(fates), fates])).values()].map((fates) =>
      powerFails(world, fates),
    ),
    ...(world.tables.inFlight.length === 0 &&
    !world.operations.pending.some(({ kind }) => kind === "insert" || kind === "read")
      ? []
      : [
          {
            label: "the engine crashes",
            kind: "engine",
            take: () => void restartEngine(world),
          } satisfies Choice,
        ]),
  ];
};

type Fates = Readonly<Record<string, "lost" | "torn">>;

const describeFates = (fates: Fates): string =>
  Object.entries(fates)
    .map(([name, fate]) => `${name} ${fate}`)
    .join(", ");

/** Both processes end, the machine boots again. Of parts that no sync has covered, those named are lost or torn. */
export const powerFails = (world: World, fates: Fates, keepsMarker = false): Choice => ({
  label: [
    "the power fails",
    ...(keepsMarker ? ["marker kept"] : []),
    ...Object.entries(fates).map((fate) => fate.join(" ")),
  ].join("; "),
  kind: "power",
  take: () => {
    if (world.server !== null) killServer(world, world.server);
    world.lateStatements = [];
    losePower(world.tables, new Map(Object.entries(fates)));
    loseLogPower(world.log, keepsMarker);
    world.boot += 1;
  },
});

/** Reads what `powerFails` has written. */
export const findPowerFailure = (world: World, label: string): Choice | null => {
  const [what, ...rest] = label.split("; ");
  if (what !== "the power fails") return null;
  const fates: Record<string, "lost" | "torn"> = {};
  for (const [name, fate] of rest.map((part) => part.split(" ")))
    if (name !== undefined && (fate === "lost" || fate === "torn")) fates[name] = fate;
  return powerFails(world, fates, rest.includes("marker kept"));
};

const engineChoices = (world: World): readonly Choice[] => {
  const { tables, now } = world;
  const active = (table: Readonly<{ parts: readonly Readonly<{ state: string; torn: boolean }>[] }>): number =>
    table.parts.filter(({ state, torn }) => state === "active" && !torn).length;
  const merge = (label: string, take: () => void): Choice => ({ label, kind: "merge", take });
  return [
    ...(active(tables.events) > 1 ? [merge("parts of events are merged", () => mergeParts(tables.events, now))] : []),
    ...(active(tables.usage) > 1 ? [merge("parts of usage are merged", () => mergeParts(tables.usage, now))] : []),
    ...(hasOldParts(tables, now)
      ? [
          {
            label: "sources of merges are removed",
            kind: "clean-up",
            take: () => removeOldParts(tables, now),
          } satisfies Choice,
        ]
      : []),
  ];
};

/** Ends what lasts until somebody ends it: the run is to come to rest. Null when there is nothing of the kind. */
export const healing = (world: World): Choice | null => {
  const stalled = world.operations.pending.filter((operation) => operation.stalled);
  if (stalled.length === 0 && world.spoilt.size === 0) return null;
  return {
    label: "faults end",
    kind: "heal",
    take: () => {
      world.spoilt.clear();
      for (const operation of stalled) operation.stalled = false;
    },
  };
};
