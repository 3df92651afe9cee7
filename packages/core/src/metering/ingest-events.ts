import type { AcceptedEvent, UsageEvent } from "@meter/events";
import type { Result } from "@meter/primitives";
import type { Clock } from "../shared/clock.ts";
import type { AppendError, EventLogWriter } from "../shared/event-log.ts";

export type IngestEvents = (
  events: readonly UsageEvent[],
  context: Readonly<{ namespace: string }>,
) => Promise<Result<Readonly<{ appended: number; duplicates: number }>, AppendError>>;

/** Accepts parsed events: ok means that each of them is durable and will be counted once. All or nothing. */
export const ingestEvents =
  (deps: Readonly<{ log: EventLogWriter; clock: Clock }>): IngestEvents =>
  async (events, { namespace }) => {
    if (events.length === 0) return { ok: true, value: { appended: 0, duplicates: 0 } };
    const ingestedAt = deps.clock.now();
    return deps.log.append(
      events.map(({ id, source, type, subject, time, data }): AcceptedEvent => ({
        namespace,
        id,
        source,
        type,
        subject,
        time,
        data,
        ingestedAt,
      })),
    );
  };
