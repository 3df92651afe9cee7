/** What bodies may hold at once, in this process. */
export type BodyLimits = Readonly<{
  /** The first bytes of each body are not counted, so that small requests pass when large ones have taken everything. */
  uncountedBytes: number;
  /** Counted bytes of all bodies that are being read or worked on. */
  bytesMax: number;
  /** The share of them that one namespace may have. */
  namespaceBytesMax: number;
  /** From the moment a body is read to its last byte. */
  readMsMax: number;
}>;

const mebibyte = 1_024 * 1_024;

export const bodyLimits: BodyLimits = {
  uncountedBytes: 64 * 1_024,
  bytesMax: 192 * mebibyte,
  namespaceBytesMax: 128 * mebibyte,
  readMsMax: 60_000,
};

/** Counts the bytes of bodies from their arrival until their requests are answered. */
export type BodyBudget = Readonly<{
  limits: BodyLimits;
  open: (namespace: string) => BodyShare;
  /** What is counted now. */
  heldBytes: () => number;
}>;

/** What one body holds. */
export type BodyShare = Readonly<{
  /** False when there is no room for so many more bytes; then nothing was taken. */
  take: (bytes: number) => boolean;
  /** Gives everything back. Safe to call twice. */
  release: () => void;
}>;

export const createBodyBudget = (limits: BodyLimits = bodyLimits): BodyBudget => {
  const heldByNamespace = new Map<string, number>();
  let held = 0;
  const add = (namespace: string, bytes: number): void => {
    held += bytes;
    const rest = (heldByNamespace.get(namespace) ?? 0) + bytes;
    if (rest === 0) heldByNamespace.delete(namespace);
    else heldByNamespace.set(namespace, rest);
  };
  return {
    limits,
    heldBytes: () => held,
    open: (namespace) => {
      let size = 0;
      let counted = 0;
      return {
        take: (bytes) => {
          const more = Math.max(0, size + bytes - limits.uncountedBytes) - counted;
          const ofNamespace = (heldByNamespace.get(namespace) ?? 0) + more;
          if (more > 0 && (held + more > limits.bytesMax || ofNamespace > limits.namespaceBytesMax)) return false;
          size += bytes;
          counted += more;
          add(namespace, more);
          return true;
        },
        release: () => {
          add(namespace, -counted);
          size = 0;
          counted = 0;
        },
      };
    },
  };
};
