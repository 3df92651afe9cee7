import type { BuildId } from "@meter/metering";
import type { LogPosition } from "../shared/event-log.ts";

/** How far usage has come, as readers may ask it of the worker. Asking makes the worker write what it holds. */
export type UsageFreshness = Readonly<{
  /** True when everything below the positions is applied; false when that did not come true in time. */
  reach: (positions: readonly LogPosition[], timeoutMs: number) => Promise<boolean>;
  /** Whether a build answers for all events, waiting for it. `progress` is the part of its events that is done, 0 to 1. */
  buildReady: (
    build: BuildId,
    timeoutMs: number,
  ) => Promise<Readonly<{ ready: true }> | Readonly<{ ready: false; progress: number }>>;
}>;
