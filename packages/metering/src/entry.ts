import type { UsageEvent } from "@meter/events";
import type { Instant } from "@meter/primitives";

import type { BuildId } from "./build.ts";

/** What the fold reads of an accepted event. */
export type FoldEvent = Pick<UsageEvent, "id" | "source" | "type" | "subject" | "time" | "data"> &
  Readonly<{ namespace: string }>;

/**
 * What one event means to one build. There is exactly one per event and build of its namespace and type, also when the
 * event has no valid value, so that every (position, build) has exactly one row. All texts are well-formed.
 */
export type UsageEntry = Readonly<{
  build: BuildId;
  namespace: string;
  subject: string;
  time: Instant;
  /**
   * Canonical decimal text within `quantityLimits`; null when the event has no valid value, and for count and
   * unique_count.
   */
  value: string | null;
  /**
   * unique_count: the compared text, bounded (`boundText`), null when it does not count (JSON null, the string "null"). latest: the tie-break
   * `source\nid`. Else null.
   */
  text: string | null;
  /** In the build's order, each bounded (`boundText`); "" for missing, object and array, "null" for JSON null. */
  dimensions: readonly string[];
}>;
