import { err, ok, scanValue, skipWhitespace } from "@meter/primitives";
import type { Instant, Result } from "@meter/primitives";
import { decodeHeaderValue } from "./decode-header-value.ts";
import { addFault, createFaultList } from "./event-fault.ts";
import type { EventFault } from "./event-fault.ts";
import { eventLimits } from "./limits.ts";
import { parseEvent } from "./parse-event.ts";
import { toEventsError } from "./parse-events.ts";
import type { EventsError } from "./parse-events.ts";
import type { UsageEvent } from "./usage-event.ts";

/** `attributes`: what stands in the headers `ce-NAME`, by NAME in lower case. `body`: the data, JSON text; nothing is no data. */
export type BinaryEvent = Readonly<{ attributes: ReadonlyMap<string, string>; body: string }>;

/**
 * Reads one CloudEvent in the binary content mode of HTTP (HTTP Protocol Binding 1.0.2, 3.1). It is written as the
 * structured event it stands for and read as that, so that both modes have the same rules. Faults are named by header.
 */
export const parseBinaryEvent = (
  { attributes, body }: BinaryEvent,
  { now }: Readonly<{ now: Instant }>,
): Result<readonly UsageEvent[], EventsError> => {
  const data = readData(body);
  if (!data.ok) return data;
  const members: string[] = [];
  const faults = createFaultList();
  for (const [name, value] of attributes) {
    const text = decodeHeaderValue(value);
    if (saidByTheMessage.has(name)) addFault(faults, { ...toFault(name), code: "illegal_attribute", message: isSaid });
    else if (text === null) addFault(faults, { ...toFault(name), code: "invalid_encoding", message: isNotEncoded });
    else members.push(`${JSON.stringify(name)}:${JSON.stringify(text)}`);
  }
  // Without what could not be read, the rest cannot be judged.
  if (faults.total === 0) {
    const structured = `{${[...members, ...data.value].join(",")}}`;
    const event = parseEvent(structured, { start: 0, index: 0, now, faults });
    if (event !== null) return ok([event]);
  }
  return err({ type: "invalid_events", faults: faults.kept.map(nameHeader), faultsTotal: faults.total });
};

/** What the body and its Content-Type say; with `ce-` they would be said twice. */
const saidByTheMessage: ReadonlySet<string> = new Set(["data", "data_base64", "datacontenttype"]);

const isSaid = "must not be sent: the body is the data, and Content-Type its type";
const isNotEncoded = "must be percent-encoded UTF-8";

const toFault = (name: string): Pick<EventFault, "index" | "field"> => ({ index: 0, field: name });

const nameHeader = (fault: EventFault): EventFault =>
  fault.field === "data" && fault.code !== "illegal_attribute" ? fault : { ...fault, field: `ce-${fault.field}` };

/** The member that the body stands for, none when it is empty. It is exactly one JSON value: nothing else gets in beside it. */
const readData = (body: string): Result<readonly string[], EventsError> => {
  const start = skipWhitespace(body, 0);
  if (start === body.length) return ok([]);
  const scanned = scanValue(body, start, { depthMax: eventLimits.depthMax - 1 });
  if (!scanned.ok) return err(toEventsError(scanned.error));
  const rest = skipWhitespace(body, scanned.value);
  if (rest !== body.length) return err({ type: "invalid_json", offset: rest, reason: "expected the end of the text" });
  return ok([`"data":${body.slice(start, scanned.value)}`]);
};
