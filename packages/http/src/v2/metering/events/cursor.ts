import type { EventCursor, LogId } from "@meter/core";
import { formatInstant, isUlid, parseInstant } from "@meter/primitives";

/** Base64 of `<RFC 3339 time>,<log>.<partition>.<offset>`: the last event that was seen. */
export const formatCursor = ({ time, position }: EventCursor): string =>
  btoa(`${formatInstant(time)},${position.log}.${position.partition}.${position.offset}`);

/** Null when it is not one of ours. */
export const parseCursor = (text: string): EventCursor | null => {
  const match = /^([^,]+),([^.]+)\.(\d{1,15})\.(\d{1,15})$/.exec(fromBase64(text) ?? "");
  if (match === null) return null;
  const [, timeText = "", log = "", partition = "", offset = ""] = match;
  const time = parseInstant(timeText);
  if (!time.ok || !isUlid(log)) return null;
  // A ULID that names a log: an unknown one sorts somewhere, and finds what comes after.
  return { time: time.value, position: { log: log as LogId, partition: Number(partition), offset: Number(offset) } };
};

const fromBase64 = (text: string): string | null => {
  try {
    return atob(text);
  } catch {
    return null;
  }
};
