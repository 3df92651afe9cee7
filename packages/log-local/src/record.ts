import { crc32 } from "node:zlib";
import { assert } from "@meter/primitives";

/**
 * A record holds consecutive events: version (1 byte), number of events (4), CRC-32 of what follows (4), then one frame
 * an event: its length (4) and its bytes. Integers are big-endian. The checksum is our own because LevelDB checks its
 * table blocks only when asked to, and its binding does not offer that.
 */
const version = 1;
const headerBytes = 9;
const lengthBytes = 4;

/** What an event of `bytes` encoded bytes takes in a record. */
export const frameBytes = (bytes: number): number => lengthBytes + bytes;

/** Writes one frame; returns where the next one begins. */
export const writeFrame = (target: Buffer, at: number, event: Uint8Array): number => {
  target.set(event, target.writeUInt32BE(event.length, at));
  return at + frameBytes(event.length);
};

/** Where the frame that begins at `start` ends. */
export const frameEnd = (frames: Buffer, start: number): number => start + frameBytes(frames.readUInt32BE(start));

/** Builds one record after another, in the same memory. */
export type RecordBuilder = Readonly<{
  /** True when a record of `bytesMax` takes a frame of so many bytes, or when it is the first one. */
  fits: (bytes: number) => boolean;
  add: (frames: Buffer, start: number, end: number) => void;
  count: () => number;
  /** The record, and begins the next one. The bytes are valid until then. */
  finish: () => Buffer;
}>;

export const createRecordBuilder = (bytesMax: number): RecordBuilder => {
  let record = Buffer.allocUnsafe(bytesMax);
  let end = headerBytes;
  let count = 0;

  return {
    fits: (bytes) => count === 0 || end + bytes <= bytesMax,
    add: (frames, start, stop) => {
      const needed = Math.max(bytesMax, headerBytes + stop - start);
      if (count === 0 && record.length !== needed) record = Buffer.allocUnsafe(needed);
      end += frames.copy(record, end, start, stop);
      count += 1;
    },
    count: () => count,
    finish: () => {
      assert(count > 0, "a record has events");
      record[0] = version;
      record.writeUInt32BE(count, 1);
      record.writeUInt32BE(crc32(record.subarray(headerBytes, end)), 5);
      const finished = record.subarray(0, end);
      end = headerBytes;
      count = 0;
      return finished;
    },
  };
};

/** A record whose checksum has been compared. */
export type EventRecord = Readonly<{ firstOffset: number; count: number; bytes: Buffer }>;

/** Throws on a foreign version and on bytes that are not those that were written. */
export const openRecord = (firstOffset: number, bytes: Buffer): EventRecord => {
  assert(bytes.length >= headerBytes, "the record is shorter than its header");
  assert(bytes[0] === version, `the record has version ${bytes[0]}, known is ${version}`);
  assert(bytes.readUInt32BE(5) === crc32(bytes.subarray(headerBytes)), "the record does not match its checksum");
  const count = bytes.readUInt32BE(1);
  assert(count > 0, "the record is empty");
  return { firstOffset, count, bytes };
};

/** Encoded events of the record from `from` on, in order. They are views: copy what outlives the record. */
export function* eventsOf(
  record: EventRecord,
  from: number,
): Generator<Readonly<{ offset: number; bytes: Buffer }>, void> {
  const { firstOffset, count, bytes } = record;
  let at = headerBytes;
  for (let index = 0; index < count; index += 1) {
    assert(at + lengthBytes <= bytes.length, "the record has fewer events than it says");
    const start = at + lengthBytes;
    at = frameEnd(bytes, at);
    assert(at <= bytes.length, "an event of the record is longer than the record");
    if (firstOffset + index >= from) yield { offset: firstOffset + index, bytes: bytes.subarray(start, at) };
  }
  assert(at === bytes.length, "the record is longer than its events");
}
