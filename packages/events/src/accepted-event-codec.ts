import { assert, instant } from "@meter/primitives";
import type { AcceptedEvent } from "./usage-event.ts";

/**
 * One event as one self-contained record:
 *
 *   version   1 byte, 1
 *   time, ingestedAt   6 bytes each, big-endian milliseconds since 1970
 *   lengths   LEB128 varints, UTF-16 code units: namespace, id, source, type, subject, data + 1 (0: no data)
 *   text      UTF-8 of those strings, one after another
 *
 * Lengths count code units so that the text is encoded and decoded in one piece and cut afterwards: a call into the
 * engine's coder costs more than the copying.
 */
export const encodeAcceptedEvent = (event: AcceptedEvent): Uint8Array => {
  const { namespace, id, source, type, subject, data } = event;
  const text = namespace + id + source + type + subject + (data ?? "");
  const bytes = recordBuffer(headerBytesMax + 3 * text.length);
  bytes[0] = version;
  writeInstant(bytes, 1, event.time);
  writeInstant(bytes, 7, event.ingestedAt);
  let at = writeVarint(bytes, 13, namespace.length);
  at = writeVarint(bytes, at, id.length);
  at = writeVarint(bytes, at, source.length);
  at = writeVarint(bytes, at, type.length);
  at = writeVarint(bytes, at, subject.length);
  at = writeVarint(bytes, at, data === null ? 0 : data.length + 1);
  const { written } = utf8.encodeInto(text, bytes.subarray(at));
  return bytes.slice(0, at + written);
};

/** Reads what encodeAcceptedEvent wrote. Throws on another version and on a record that is torn or has bytes too many. */
export const decodeAcceptedEvent = (bytes: Uint8Array): AcceptedEvent => {
  assert(bytes[0] === version, `unknown version of an event record: ${bytes[0]}`);
  const lengths = readLengths(bytes);
  const text = decodeText(bytes.subarray(lengths.end));
  const idAt = lengths.namespace;
  const sourceAt = idAt + lengths.id;
  const typeAt = sourceAt + lengths.source;
  const subjectAt = typeAt + lengths.type;
  const dataAt = subjectAt + lengths.subject;
  const dataEnd = dataAt + Math.max(0, lengths.dataPlusOne - 1);
  assert(text.length === dataEnd, tornRecord);
  return {
    id: text.slice(idAt, sourceAt),
    source: text.slice(sourceAt, typeAt),
    type: text.slice(typeAt, subjectAt),
    subject: text.slice(subjectAt, dataAt),
    time: instant(readInstant(bytes, 1)),
    data: lengths.dataPlusOne === 0 ? null : text.slice(dataAt, dataEnd),
    namespace: text.slice(0, idAt),
    ingestedAt: instant(readInstant(bytes, 7)),
  };
};

const version = 1;

/** Version, two instants, six varints of at most five bytes. */
const headerBytesMax = 1 + 2 * 6 + 6 * 5;

const tornRecord = "torn event record";

type Lengths = Readonly<{
  namespace: number;
  id: number;
  source: number;
  type: number;
  subject: number;
  dataPlusOne: number;
  end: number;
}>;

const readLengths = (bytes: Uint8Array): Lengths => {
  let at = 13;
  const next = (): number => {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = byteAt(bytes, at++);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new Error(tornRecord);
  };
  const namespace = next();
  const id = next();
  const source = next();
  const type = next();
  const subject = next();
  const dataPlusOne = next();
  return { namespace, id, source, type, subject, dataPlusOne, end: at };
};

const writeVarint = (bytes: Uint8Array, start: number, value: number): number => {
  let at = start;
  let rest = value;
  while (rest >= 0x80) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = rest;
  return at;
};

const writeInstant = (bytes: Uint8Array, at: number, epochMs: number): void => {
  assert(epochMs >= 0 && epochMs < 2 ** 48, "an event record holds times from 1970 to 10889");
  const high = Math.floor(epochMs / 2 ** 32);
  const low = epochMs >>> 0; // the lowest 32 bits, also of a number above 2^32
  bytes[at] = high >>> 8;
  bytes[at + 1] = high;
  bytes[at + 2] = low >>> 24;
  bytes[at + 3] = low >>> 16;
  bytes[at + 4] = low >>> 8;
  bytes[at + 5] = low;
};

const readInstant = (bytes: Uint8Array, at: number): number => {
  let value = 0;
  for (let index = at; index < at + 6; index++) value = value * 256 + byteAt(bytes, index);
  return value;
};

const byteAt = (bytes: Uint8Array, at: number): number => {
  const byte = bytes[at];
  assert(byte !== undefined, tornRecord);
  return byte;
};

const decodeText = (bytes: Uint8Array): string => {
  try {
    return utf8Text.decode(bytes);
  } catch (error) {
    throw new Error(tornRecord, { cause: error });
  }
};

const utf8 = new TextEncoder();

/** U+FEFF at the front is part of a string, not a byte order mark. */
const utf8Text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const sharedBuffer = new Uint8Array(65_536);

const recordBuffer = (bytesMax: number): Uint8Array =>
  bytesMax <= sharedBuffer.length ? sharedBuffer : new Uint8Array(bytesMax);
