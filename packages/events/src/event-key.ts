/** 16 bytes that stand for (namespace, source, id): events with the same key are the same event. */
export type EventKey = Uint8Array;

/**
 * The key is the first 16 bytes of SHA-256 over, for each of namespace, source and id, its length in UTF-8 bytes
 * (4 bytes, big-endian) followed by those bytes: no two triples share a preimage. `sha256` is given because this
 * package has no crypto; it must not keep its argument, which is reused.
 */
export const createEventKey =
  (sha256: (bytes: Uint8Array) => Uint8Array) =>
  (event: Readonly<{ namespace: string; source: string; id: string }>): EventKey => {
    const { namespace, source, id } = event;
    const bytes = preimageBuffer(12 + 3 * (namespace.length + source.length + id.length));
    let at = writeString(bytes, 0, namespace);
    at = writeString(bytes, at, source);
    at = writeString(bytes, at, id);
    return new Uint8Array(sha256(bytes.subarray(0, at)).subarray(0, 16)); // a copy, of a Buffer too
  };

const writeString = (bytes: Uint8Array, at: number, text: string): number => {
  const start = at + 4;
  const { written } = utf8.encodeInto(text, bytes.subarray(start));
  bytes[at] = written >>> 24;
  bytes[at + 1] = written >>> 16;
  bytes[at + 2] = written >>> 8;
  bytes[at + 3] = written;
  return start + written;
};

const utf8 = new TextEncoder();

const sharedBuffer = new Uint8Array(16_384);

const preimageBuffer = (bytesMax: number): Uint8Array =>
  bytesMax <= sharedBuffer.length ? sharedBuffer : new Uint8Array(bytesMax);
