import type { AcceptedEvent, EventKey } from "@meter/events";
import { encodeAcceptedEvent } from "@meter/events";
import { acceptedKey, acceptedKeyBytes } from "./layout.ts";
import { frameBytes, writeFrame } from "./record.ts";
import type { Turns } from "@meter/core";

/**
 * Events as they will be stored. All keys are in one buffer and all frames in another, because objects of their own,
 * which have to outlive the write, make the garbage collector hold the event loop for several milliseconds.
 */
export type PreparedEvents = Readonly<{
  count: number;
  /** Key of event i: `acceptedKeyBytes` from i × `acceptedKeyBytes` on. */
  keys: Buffer;
  /** The same keys, one character a byte: what a Set can compare. */
  keyTexts: readonly string[];
  /** The frames of all events (record.ts), one behind the other, up to `framesBytes`. */
  frames: Buffer;
  framesBytes: number;
}>;

export const keyAt = ({ keys }: PreparedEvents, index: number): Buffer =>
  keys.subarray(index * acceptedKeyBytes, (index + 1) * acceptedKeyBytes);

/** The part of an encoded event that does not come from its texts, at most. */
const fixedBytes = 48;

/** Size of the framed events where their texts are ASCII, without encoding them. */
export const estimateBytes = (events: readonly AcceptedEvent[]): number => {
  let bytes = 0;
  for (const { namespace, id, source, type, subject, data } of events)
    bytes +=
      fixedBytes + namespace.length + id.length + source.length + type.length + subject.length + (data?.length ?? 0);
  return bytes;
};

/** Keys and encodes, in turns. `sizeHint`: the expected size of the frames. */
export const prepareEvents = async (
  events: readonly AcceptedEvent[],
  sizeHint: number,
  eventKey: (event: AcceptedEvent) => EventKey,
  turns: Turns,
): Promise<PreparedEvents> => {
  const keys = Buffer.allocUnsafe(events.length * acceptedKeyBytes);
  const keyTexts: string[] = [];
  let frames: Buffer = Buffer.allocUnsafe(sizeHint);
  let end = 0;
  for (const [index, event] of events.entries()) {
    if (turns.due()) await turns.next();
    keyTexts.push(acceptedKey(eventKey(event), keys, index * acceptedKeyBytes));
    const bytes = encodeAcceptedEvent(event);
    if (end + frameBytes(bytes.length) > frames.length) frames = grow(frames, end, end + frameBytes(bytes.length));
    end = writeFrame(frames, end, bytes);
  }
  return { count: events.length, keys, keyTexts, frames, framesBytes: end };
};

const grow = (frames: Buffer, used: number, needed: number): Buffer => {
  const larger = Buffer.allocUnsafe(Math.max(needed, 2 * frames.length));
  larger.set(frames.subarray(0, used));
  return larger;
};
