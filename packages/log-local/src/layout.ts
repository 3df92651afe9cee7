import { assert } from "@meter/primitives";

/**
 * The key space of the database, version 1. The first byte tells what a key is:
 *
 *   e + first offset, 8 bytes big-endian   one record of consecutive events (record.ts)
 *   k + event key, 16 bytes                one byte that says nothing: the event has been accepted
 *   m + name                               one of `metaKeys`
 */
export const formatVersion = 1;

const eventsPrefix = 0x65; // e
const keyPrefix = 0x6b; // k

export const eventKeyBytes = 16;

export const metaKeys: Readonly<Record<"identity" | "next" | "trimBound" | "applied" | "syncFailure", Buffer>> = {
  /** JSON `{ format, log }`: what makes a LevelDB database a log. */
  identity: Buffer.from("midentity"),
  /** The offset that the next event gets. */
  next: Buffer.from("mnext"),
  trimBound: Buffer.from("mtrim"),
  /** JSON `{ boot, offset }`. */
  applied: Buffer.from("mapplied"),
  /** The boot id, as text. */
  syncFailure: Buffer.from("msync"),
};

/** Big-endian, so that the order of bytes is the order of offsets. */
export const encodeOffset = (offset: number): Buffer => writeOffset(Buffer.allocUnsafe(8), offset, 0);

export const decodeOffset = (bytes: Uint8Array, at = 0): number => {
  assert(bytes.length === at + 8, "an offset is 8 bytes");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offset = view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
  assert(Number.isSafeInteger(offset), "an offset is a safe integer");
  return offset;
};

/** Key of the record whose first event has this offset. */
export const recordKey = (firstOffset: number): Buffer => {
  const key = Buffer.allocUnsafe(9);
  key[0] = eventsPrefix;
  return writeOffset(key, firstOffset, 1);
};

export const firstOffsetOf = (key: Uint8Array): number => {
  assert(key[0] === eventsPrefix, "not the key of a record");
  return decodeOffset(key, 1);
};

/** Above every key of a record, whatever its offset. */
export const recordKeysEnd: Buffer = Buffer.from([eventsPrefix + 1]);

/** Size of a key that says: this event has been accepted. */
export const acceptedKeyBytes: number = 1 + eventKeyBytes;

/** Writes such a key into `target`, and returns it as text, one character a byte. */
export const acceptedKey = (eventKey: Uint8Array, target: Buffer, at: number): string => {
  assert(eventKey.length === eventKeyBytes, "an event key is 16 bytes");
  target[at] = keyPrefix;
  target.set(eventKey, at + 1);
  return target.toString("latin1", at, at + acceptedKeyBytes);
};

const writeOffset = (target: Buffer, offset: number, at: number): Buffer => {
  assert(Number.isSafeInteger(offset) && offset >= 0, "an offset is a safe integer from 0 on");
  target.writeUInt32BE(Math.floor(offset / 2 ** 32), at);
  target.writeUInt32BE(offset % 2 ** 32, at + 4);
  return target;
};
