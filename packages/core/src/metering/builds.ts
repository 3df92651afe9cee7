import type { MeterId } from "@meter/catalog";
import type { BuildId, MeterBuild } from "@meter/metering";
import type { Instant } from "@meter/primitives";
import type { LogPartition } from "../shared/event-log.ts";

/** A live build, seen from the owner of one partition. */
export type BuildState = Readonly<{
  build: MeterBuild;
  meterId: MeterId;
  /** From this offset on the fold writes its usage; the backfill answers for what lies below. Null: not cut yet. */
  fromOffset: number | null;
  /** Everything below the cut is in `usage`, on disk. */
  backfilled: boolean;
}>;

/** How builds stand, as the worker needs it. Instants are the system's time. Every method is safe to repeat. */
export type BuildStore = Readonly<{
  /** Builds that have not ended, of all namespaces. */
  listLive: (partition: LogPartition) => Promise<readonly BuildState[]>;
  /** Stores the cut of builds that have none in this partition; a stored cut never moves. */
  cut: (partition: LogPartition, builds: readonly BuildId[], fromOffset: number) => Promise<void>;
  /** Stores that nothing is left to backfill. When that holds in all partitions the meter switches to the build, and the build it had ends. */
  complete: (partition: LogPartition, build: BuildId, at: Instant) => Promise<void>;
  /** Builds that ended before the instant and whose usage has not been deleted. */
  listEnded: (before: Instant) => Promise<readonly BuildId[]>;
  markDeleted: (builds: readonly BuildId[]) => Promise<void>;
  /** Calls back when builds may have changed; may be late or call too often. Answers how to stop. */
  onChange: (listener: () => void) => () => void;
}>;
