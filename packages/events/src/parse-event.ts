import {
  assert,
  decodeString,
  explainInstantError,
  parseInstant,
  runSteps,
  scanMembersInSteps,
} from "@meter/primitives";
import type { Instant, Steps } from "@meter/primitives";
import { decodeDataBase64 } from "./data-base64.ts";
import { addFault } from "./event-fault.ts";
import type { EventFaultCode, FaultList } from "./event-fault.ts";
import { eventLimits } from "./limits.ts";
import type { UsageEvent } from "./usage-event.ts";

/** Reads the value at `start` of a body that has been scanned. Adds to `faults` and answers null when it is no good event. */
export const parseEvent = (body: string, options: ParseEventOptions): UsageEvent | null =>
  runSteps(parseEventInSteps(body, options));

/** parseEvent, in steps. */
export function* parseEventInSteps(body: string, options: ParseEventOptions): Steps<UsageEvent | null> {
  const reading: Reading = { body, index: options.index, faults: options.faults };
  if (body[options.start] !== "{") {
    report(reading, "", "not_an_event", "must be an object");
    return null;
  }
  const faultsBefore = options.faults.total;
  const members = yield* readMembers(reading, options.start);
  const id = readAttribute(reading, "id", members.id);
  const source = readAttribute(reading, "source", members.source);
  checkSpecversion(reading, members.specversion);
  const type = readAttribute(reading, "type", members.type);
  const subject = readAttribute(reading, "subject", members.subject);
  const time = readTime(reading, members.time, options.now);
  checkDatacontenttype(reading, members.datacontenttype);
  checkDataschema(reading, members.dataschema);
  const data = readData(reading, members);
  if (options.faults.total !== faultsBefore) return null;
  return { id, source, type, subject, time, data };
}

export type ParseEventOptions = Readonly<{
  start: number;
  index: number;
  now: Instant;
  faults: FaultList;
}>;

/** Where in the body a member's value stands. */
type Place = Readonly<{ start: number; end: number }>;

/** What the readers share. A reader that reports a fault answers a placeholder, which nobody sees. */
type Reading = Readonly<{ body: string; index: number; faults: FaultList }>;

type Members = {
  id: Place | null;
  source: Place | null;
  specversion: Place | null;
  type: Place | null;
  subject: Place | null;
  time: Place | null;
  datacontenttype: Place | null;
  dataschema: Place | null;
  data: Place | null;
  data_base64: Place | null;
};

/**
 * A name stands once: of two values nobody could say which is meant. Extension attributes are accepted and dropped.
 * What stands in `data` is the extractor's, for which the last of several members counts.
 */
function* readMembers(reading: Reading, at: number): Steps<Members> {
  const members: Members = {
    id: null,
    source: null,
    specversion: null,
    type: null,
    subject: null,
    time: null,
    datacontenttype: null,
    dataschema: null,
    data: null,
    data_base64: null,
  };
  const limits = { depthMax: eventLimits.depthMax };
  const extensions = new Set<string>();
  const scanned = yield* scanMembersInSteps(reading.body, at, limits, (name, start, end) => {
    switch (name) {
      case "id":
      case "source":
      case "specversion":
      case "type":
      case "subject":
      case "time":
      case "datacontenttype":
      case "dataschema":
      case "data":
      case "data_base64":
        if (members[name] !== null) reportTwice(reading, name);
        members[name] = { start, end };
        return;
      default:
        if (!extensionName.test(name)) reportIllegalName(reading, name);
        else if (extensions.has(name)) reportTwice(reading, name.slice(0, shownNameLengthMax));
        else extensions.add(name);
    }
  });
  assert(scanned.ok, "a body that was scanned scans again");
  return members;
}

/** CloudEvents 1.0.2, "Attribute naming convention". */
const extensionName = /^[a-z0-9]+$/;

const readAttribute = (reading: Reading, field: string, place: Place | null): string => {
  if (place === null) return report(reading, field, "required", "is required");
  const text = readString(reading, field, place);
  if (text === null || !isNotEmpty(reading, field, text)) return "";
  if (!text.isWellFormed()) {
    return report(reading, field, "not_well_formed", "must be well-formed Unicode");
  }
  if (text.includes("\0")) return report(reading, field, "illegal_character", "must not hold NUL");
  if (isLongerThan(text, eventLimits.attributeBytesMax)) {
    const message = `must be at most ${eventLimits.attributeBytesMax} bytes long in UTF-8`;
    return report(reading, field, "too_long", message);
  }
  return text;
};

const checkSpecversion = (reading: Reading, place: Place | null): void => {
  if (place === null) {
    report(reading, "specversion", "required", "is required");
    return;
  }
  const text = readString(reading, "specversion", place);
  if (text === null || !isNotEmpty(reading, "specversion", text)) return;
  if (text !== "1.0" && text !== "0.3") {
    report(reading, "specversion", "unsupported_specversion", 'must be "1.0" or "0.3"');
  }
};

const readTime = (reading: Reading, place: Place | null, now: Instant): Instant => {
  if (isAbsent(reading, place)) return now;
  const text = readString(reading, "time", place);
  if (text === null) return now;
  const time = parseInstant(text);
  if (!time.ok) {
    report(reading, "time", "invalid_time", explainInstantError(time.error));
    return now;
  }
  if (time.value < eventLimits.timeMin || time.value >= eventLimits.timeEnd) {
    const message = "must be at or after 1970-01-01T00:00:00Z and before 2106-02-07T00:00:00Z";
    report(reading, "time", "time_out_of_range", message);
  }
  return time.value;
};

/** application/json, as a media type: case does not matter, parameters may follow. */
const checkDatacontenttype = (reading: Reading, place: Place | null): void => {
  if (isAbsent(reading, place)) return;
  const text = readString(reading, "datacontenttype", place);
  if (text === null) return;
  const parameters = text.indexOf(";");
  const essence = parameters === -1 ? text : text.slice(0, parameters).trimEnd();
  if (essence.toLowerCase() === "application/json") return;
  const message = "must be application/json";
  report(reading, "datacontenttype", "unsupported_datacontenttype", message);
};

const checkDataschema = (reading: Reading, place: Place | null): void => {
  if (isAbsent(reading, place)) return;
  const text = readString(reading, "dataschema", place);
  if (text !== null) isNotEmpty(reading, "dataschema", text);
};

const readData = (reading: Reading, { data, data_base64: base64 }: Members): string | null => {
  const { body } = reading;
  if (isAbsent(reading, base64)) {
    if (data === null) return null;
    if (body[data.start] === "{" || isNull(body, data)) return body.slice(data.start, data.end);
    return report(reading, "data", "not_an_object", "must be an object or null");
  }
  if (data !== null) {
    const message = "must not be sent together with data";
    return report(reading, "data_base64", "illegal_attribute", message);
  }
  const text = readString(reading, "data_base64", base64);
  if (text === null) return null;
  const decoded = decodeDataBase64(text);
  if (decoded.ok) return decoded.value;
  return report(reading, "data_base64", decoded.error.type, decoded.error.message);
};

/** The content of a string; null, and a fault, for any other value. */
const readString = (reading: Reading, field: string, place: Place): string | null => {
  const { body } = reading;
  if (body[place.start] === '"') return decodeString(body, place.start, place.end);
  report(reading, field, "not_a_string", "must be a string");
  return null;
};

const isNotEmpty = (reading: Reading, field: string, text: string): boolean => {
  if (text === "") report(reading, field, "empty", "must not be empty");
  return text !== "";
};

/** An optional member that is null is as good as none. */
const isAbsent = (reading: Reading, place: Place | null): place is null =>
  place === null || isNull(reading.body, place);

/** In scanned text, only the literal null begins with n. */
const isNull = (body: string, place: Place): boolean => body[place.start] === "n";

/** Well-formed text of n code units has between n and 3n bytes in UTF-8. */
const isLongerThan = (text: string, bytesMax: number): boolean =>
  text.length > bytesMax || (text.length * 3 > bytesMax && utf8.encode(text).length > bytesMax);

const utf8 = new TextEncoder();

/** Adds the fault and answers a placeholder for what could not be read. */
const report = ({ index, faults }: Reading, field: string, code: EventFaultCode, message: string): "" => {
  addFault(faults, { index, field, code, message });
  return "";
};

const reportTwice = (reading: Reading, name: string): "" =>
  report(reading, name, "duplicate_member", "must be there once");

/** The name comes from outside and may be megabytes long. */
const reportIllegalName = (reading: Reading, name: string): void => {
  const shown = name.slice(0, shownNameLengthMax).toWellFormed();
  const message = "is not a CloudEvents attribute name (lower-case letters and digits)";
  report(reading, shown, "illegal_attribute", message);
};

const shownNameLengthMax = 100;
