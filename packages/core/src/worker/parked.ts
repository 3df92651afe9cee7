import { createFold, type MeterBuild } from "@meter/metering";
import type { LogPosition } from "../ports/event-log.ts";
import type { ParkedEvent } from "../ports/parked-events.ts";
import { foldBlock } from "./block.ts";
import { persist } from "./persist.ts";
import type { TableSync } from "./table-sync.ts";
import { type WriteDeps, writeBlock } from "./write-block.ts";

/** How many parked events are tried at a time. */
export const parkedRetryMax = 100;

/**
 * Tries parked events again, for all live builds whatever their cut: a backfill that ran while an event was parked did
 * not see it. The caller sees to it that no build is incomplete and that none is cut meanwhile. Answers the positions
 * that are stored now; what is refused again stays parked.
 */
export const retryParked = async (
  deps: WriteDeps,
  builds: readonly MeterBuild[],
  signal: AbortSignal,
): Promise<readonly LogPosition[]> => {
  const events = await persist(deps, "listing parked events", signal, () =>
    deps.parked.list({ limit: parkedRetryMax }),
  );
  if (events.length === 0) return [];
  const fold = createFold(builds);
  const stored: LogPosition[] = [];
  for (const parked of events) {
    const rows = [{ position: parked.position, event: parked.event, storedAt: deps.clock.now() }];
    const block = await foldBlock(deps.timer, rows, fold);
    let refusedAgain = false;
    const noting = { ...deps.parked, park: (event: ParkedEvent) => ((refusedAgain = true), deps.parked.park(event)) };
    await writeBlock({ ...deps, parked: noting, exhaustedTriesMax: 1 })(block, "unknown", signal);
    if (!refusedAgain) stored.push(parked.position);
  }
  return stored;
};

/** Forgets parked events that are stored, once a sync that began after that has completed. */
export const forgetParked = async (
  deps: WriteDeps & Readonly<{ tableSync: Pick<TableSync, "request"> }>,
  positions: readonly LogPosition[],
  signal: AbortSignal,
): Promise<void> => {
  if (positions.length === 0) return;
  if (await deps.tableSync.request())
    await persist(deps, "forgetting parked events", signal, () => deps.parked.remove(positions));
};
