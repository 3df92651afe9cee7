import { type EventsError, parseEvents, type UsageEvent } from "@meter/events";
import type { FieldFault, Meter } from "@meter/catalog";
import { err, groupBy, ok, type Result } from "@meter/primitives";
import { ingestEvents } from "../metering/ingest-events.ts";
import type { AppendError } from "../shared/event-log.ts";
import { explainEvent } from "../metering/explain-event.ts";
import { fault, type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import type { LibraryDeps } from "./parts.ts";
import type { Time } from "./reading.ts";

/** A CloudEvent; `source` and `id` name it: what has the same two is the same event, and counts once. */
export type EventInput = Readonly<{
  id: string;
  source: string;
  type: string;
  subject: string;
  /** Default: now. */
  time?: Time;
  /** Numbers count with the digits that JavaScript prints of them; texts and bigints with all of theirs. */
  data?: Readonly<Record<string, unknown>> | null;
  specversion?: "1.0" | "0.3";
  /** Other attributes of CloudEvents are checked, and not kept. */
  [attribute: string]: unknown;
}>;

export type Added = Readonly<{
  added: number;
  /** Events that were there already, and those that came twice in this call. */
  duplicates: number;
  /** Why events of this call count in no meter, or not in all of their type: sentences, the first `uncountedMax`. */
  uncounted: readonly string[];
}>;

export type AddError = InvalidInput | EventsError | AppendError;

export const uncountedMax = 100;

/** All or nothing. A text is JSON of one event or a list, whose numbers are read to the last digit. */
export const add =
  (deps: LibraryDeps) =>
  async (input: EventInput | readonly EventInput[] | string): Promise<Result<Added, AddError>> => {
    const body = typeof input === "string" ? ok(input) : toJson(input);
    if (!body.ok) return invalidInput(...body.error);
    const shape = typeof input === "string" ? "either" : "batch";
    const events = parseEvents(body.value, { shape, now: deps.clock.now() });
    if (!events.ok) return events;
    const taken = await ingestEvents(deps)(events.value, { namespace: deps.namespace });
    if (!taken.ok) return taken;
    const { appended, duplicates } = taken.value;
    return ok({ added: appended, duplicates, uncounted: await findUncounted(deps, events.value) });
  };

const findUncounted = async (
  { store, namespace }: LibraryDeps,
  events: readonly UsageEvent[],
): Promise<readonly string[]> => {
  const types = [...new Set(events.map(({ type }) => type))];
  const meters: readonly Meter[] = types.length === 0 ? [] : await store.meters.listByEventTypes(namespace, types);
  const metersByType = groupBy(meters, ({ eventType }) => eventType);
  const sentences: string[] = [];
  for (const event of events) {
    const { id, source, type } = event;
    for (const reason of explainEvent(event, metersByType.get(type) ?? [], true)) {
      sentences.push(`event ${id} of ${source}: ${reason}`);
      if (sentences.length === uncountedMax) return sentences;
    }
  }
  return sentences;
};

/** As JSON; what JSON would silently turn into null or leave out of a number is a fault. */
const toJson = (input: EventInput | readonly EventInput[]): Result<string, readonly FieldFault[]> => {
  const faults: FieldFault[] = [];
  const events: readonly unknown[] = Array.isArray(input) ? input : [input];
  const texts = events.map((event, index) => {
    const isObject = typeof event === "object" && event !== null && !Array.isArray(event);
    const text = JSON.stringify(
      isObject ? { specversion: "1.0", ...event } : event,
      function (this: unknown, name, value) {
        const original: unknown = name === "" ? value : Object(this)[name]; // before toJSON
        const refuse = (what: string): null => {
          faults.push(fault(`events.${index}`, "not_json", `${name} is ${what}`));
          return null;
        };
        if (typeof value === "bigint") return String(value);
        if (typeof value === "number" && !Number.isFinite(value)) return refuse(`${value}, which JSON cannot hold`);
        if (original instanceof Date && Number.isNaN(original.getTime())) return refuse("a date that is none");
        return value;
      },
    );
    return text ?? "null"; // undefined and functions have no JSON: the parser says that they are no events
  });
  return faults.length === 0 ? ok(`[${texts.join(",")}]`) : err(faults);
};
