import { err, ok, runSteps, scanElementsInSteps, scanValueInSteps, skipWhitespace } from "@meter/primitives";
import type { Instant, JsonError, Result, Steps } from "@meter/primitives";
import { addFault, createFaultList } from "./event-fault.ts";
import type { EventFault } from "./event-fault.ts";
import { eventLimits } from "./limits.ts";
import { parseEventInSteps } from "./parse-event.ts";
import type { UsageEvent } from "./usage-event.ts";

export type EventsError =
  /** `offset` counts UTF-16 code units. */
  | Readonly<{ type: "invalid_json"; offset: number; reason: string }>
  | Readonly<{ type: "json_too_deep"; depthMax: number }>
  /** An empty array where shape is "either". */
  | Readonly<{ type: "no_events" }>
  | Readonly<{ type: "too_many_events"; count: number; eventsMax: number }>
  /** The first 100 faults, ascending by event; faultsTotal counts all. */
  | Readonly<{ type: "invalid_events"; faults: readonly EventFault[]; faultsTotal: number }>;

/** "single" is one object, "batch" an array (possibly empty), "either" an object or an array that is not empty. */
export type EventsShape = "single" | "batch" | "either";

/**
 * Reads CloudEvents 1.0 and 0.3 in JSON format. All or nothing: one bad event fails the batch, and every bad member of
 * every bad event is reported. JSON errors come first, then the number of events, then faults. `now` is the time of an
 * event that has none.
 */
export const parseEvents = (body: string, options: ParseEventsOptions): Result<readonly UsageEvent[], EventsError> =>
  runSteps(parseEventsInSteps(body, options));

export type ParseEventsOptions = Readonly<{ shape: EventsShape; now: Instant }>;

/** parseEvents, in steps of some milliseconds. */
export function* parseEventsInSteps(
  body: string,
  { shape, now }: ParseEventsOptions,
): Steps<Result<readonly UsageEvent[], EventsError>> {
  if (!body.isWellFormed()) return loneSurrogate(body);
  const at = skipWhitespace(body, 0);
  const isBatch = body[at] === "[" && shape !== "single";
  const faults = createFaultList();
  const events: UsageEvent[] = [];
  let count = 0;
  const visit = function* (start: number): Steps<void> {
    const index = count++;
    if (index >= eventLimits.eventsPerBatchMax) return; // only counted
    const event = yield* parseEventInSteps(body, { start, index, now, faults });
    if (event !== null) events.push(event);
  };

  const depthMax = isBatch ? eventLimits.depthMax + 1 : eventLimits.depthMax;
  const scanned = isBatch
    ? yield* scanElementsInSteps(body, at, { depthMax }, visit)
    : yield* scanValueInSteps(body, at, { depthMax });
  if (!scanned.ok) return err(toEventsError(scanned.error));
  const rest = skipWhitespace(body, scanned.value);
  if (rest !== body.length) {
    return err({ type: "invalid_json", offset: rest, reason: "expected the end of the text" });
  }

  if (!isBatch) {
    if (body[at] === "{" && shape !== "batch") yield* visit(at);
    else addFault(faults, { index: 0, field: "", code: "not_an_event", message: expected[shape] });
  } else if (count === 0 && shape === "either") {
    return err({ type: "no_events" });
  }
  if (count > eventLimits.eventsPerBatchMax) {
    return err({ type: "too_many_events", count, eventsMax: eventLimits.eventsPerBatchMax });
  }
  if (faults.total > 0) {
    return err({ type: "invalid_events", faults: faults.kept, faultsTotal: faults.total });
  }
  return ok(events);
}

const expected: Readonly<Record<EventsShape, string>> = {
  single: "must be one object; an array of events goes as application/cloudevents-batch+json",
  batch: "must be an array of events; one event alone goes as application/cloudevents+json",
  either: "must be an object or an array of them",
};

export const toEventsError = (error: JsonError): EventsError =>
  error.type === "json_too_deep" ? { type: "json_too_deep", depthMax: eventLimits.depthMax } : error;

/** Text that no UTF-8 body can hold: it could not be stored as it is. */
const loneSurrogate = (body: string): Result<never, EventsError> => {
  const fixed = body.toWellFormed();
  let offset = 0;
  while (body.charCodeAt(offset) === fixed.charCodeAt(offset)) offset++;
  return err({ type: "invalid_json", offset, reason: "lone surrogate" });
};
