import { createFold, type MeterBuild } from "@meter/metering";
import type { LogPosition } from "../shared/event-log.ts";
import type { ParkedEvent } from "../metering/parked-events.ts";
import { foldBlock } from "./block.ts";
import { persist } from "../shared/retry.ts";
import type { TableSync } from "./table-sync.ts";
import { type WriteDeps, writeBlock } from "./write-block.ts";

/** How many parked events are tried at a time, and after how many that are refused again the others wait for the next time. */
export const parkedRetryMax = 100;
export const parkedRefusedMax = 3;

/** `stored`: positions that are stored now. `after`: where the next try begins; null: with the oldest. */
export type Retried = Readonly<{ stored: readonly LogPosition[]; after: LogPosition | null }>;

/**
 * Tries parked events again, for all live builds whatever their cut: a backfill that ran while an event was parked did
 * not see it. The caller sees to it that no build is incomplete and that none is cut meanwhile. What is refused again
 * stays parked; few of those are tried at a time, since each may cost the engine a restart, and in turn, so that they
 * keep nobody from being stored.
 */
export const retryParked = async (
  deps: WriteDeps,
  { builds, after }: Readonly<{ builds: readonly MeterBuild[]; after: LogPosition | null }>,
  signal: AbortSignal,
): Promise<Retried> => {
  const list = (from: LogPosition | null): Promise<readonly ParkedEvent[]> =>
    persist(deps, "listing parked events", signal, () => deps.parked.list({ limit: parkedRetryMax, after: from }));
  const rest = await list(after);
  const events = rest.length === 0 && after !== null ? await list(null) : rest;
  const fold = createFold(builds, deps.sha256);
  const stored: LogPosition[] = [];
  const refused: LogPosition[] = [];
  for (const parked of events) {
    if (refused.length === parkedRefusedMax) break;
    const rows = [{ position: parked.position, event: parked.event, storedAt: deps.clock.now() }];
    const block = await foldBlock(deps.timer, rows, fold);
    let refusedAgain = false;
    const noting = { ...deps.parked, park: (event: ParkedEvent) => ((refusedAgain = true), deps.parked.park(event)) };
    await writeBlock({ ...deps, parked: noting, exhaustedTriesMax: 1 })(block, "unknown", signal);
    (refusedAgain ? refused : stored).push(parked.position);
  }
  return { stored, after: refused.length === 0 ? null : (refused.at(-1) ?? null) };
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
