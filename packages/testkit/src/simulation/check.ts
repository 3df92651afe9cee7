import type { BuildId } from "@meter/metering";
import { liveBuilds } from "./control.ts";
import { visibleRows } from "./tables.ts";
import { breakPromise, type World } from "./world.ts";

type Counts = Readonly<{
  events: ReadonlyMap<number, number>;
  usage: ReadonlyMap<BuildId, ReadonlyMap<number, number>>;
}>;

const count = (offsets: readonly number[]): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>();
  for (const offset of offsets) counts.set(offset, (counts.get(offset) ?? 0) + 1);
  return counts;
};

const countRows = ({ tables, control }: World): Counts => {
  const usage = visibleRows(tables.usage);
  return {
    events: count(visibleRows(tables.events).map(({ position }) => position.offset)),
    usage: new Map(
      liveBuilds(control).map(({ build }) => [
        build.id,
        count(usage.filter(({ entry }) => entry.build === build.id).map(({ position }) => position.offset)),
      ]),
    ),
  };
};

/** True when nothing is left to do: the log applied, builds complete, parked events stored, everybody answered. */
export const isAtRest = (world: World): boolean => {
  const { server, control, log, operations } = world;
  if (server === null || operations.pending.some(({ kind }) => kind !== "timer")) return false;
  const { phase, applied, buildsIncomplete, syncHealthy } = server.worker.status();
  if (phase !== "running" || applied < log.next || buildsIncomplete > 0 || world.unanswered > 0) return false;
  const builds = liveBuilds(control);
  if (builds.some(({ fromOffset, backfilled }) => fromOffset === null || (syncHealthy && !backfilled))) return false;
  if (control.parked.size === 0) return true;
  if (syncHealthy) return false;
  const { events, usage } = countRows(world);
  return [...control.parked.keys()].every(
    (offset) => events.has(offset) && [...usage.values()].every((counts) => counts.has(offset)),
  );
};

/** Holds the tables of a world at rest against what was promised. */
export const checkTables = (world: World): void => {
  const { events, usage } = countRows(world);
  const times = (counts: ReadonlyMap<number, number>, offset: number): number => counts.get(offset) ?? 0;
  const stored = new Map<string, number>();
  for (const [offset, id] of world.log.given) {
    const inEvents = times(events, offset);
    stored.set(id, (stored.get(id) ?? 0) + inEvents);
    for (const [build, counts] of usage) {
      const inUsage = times(counts, offset);
      const name = `b${[...world.control.builds.keys()].indexOf(build)}`;
      if (inUsage !== inEvents)
        breakPromise(world, `${id} is in events ${inEvents} times and in the usage of ${name} ${inUsage} times`);
    }
  }
  for (let index = 0; index < world.eventsMade; index++) {
    const id = `e${index}`;
    const found = stored.get(id) ?? 0;
    if (found > 1) breakPromise(world, `${id} is in events ${found} times`);
    if (found === 0 && world.acknowledged.has(id)) breakPromise(world, `${id} was acknowledged and is not in events`);
  }
};
