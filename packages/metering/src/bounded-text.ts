import { sha256 as ownSha256 } from "@meter/primitives";

import type { TextFilter } from "./text-filter.ts";

/** SHA-256 of bytes. Our own runs everywhere; a platform's may be ten times as fast. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** Bytes of UTF-8 that a dimension's text, and a text of unique_count, has at most. */
export const usageTextBytesMax = 1_024;

/** UTF-16 units that are within the bound whatever they are: one has three bytes of UTF-8 at most, a pair has four. */
export const shortTextUnitsMax: number = Math.floor(usageTextBytesMax / 3);

const hashBytes = 16;
const prefixBytesMax: number = usageTextBytesMax - 1 - 2 * hashBytes;

/**
 * A text as entries and filters hold it: itself up to `usageTextBytesMax` bytes; a longer one is its beginning, "#" and
 * 128 bits of the SHA-256 of the whole in hex, so that two texts are one exactly when they were one before. Says the same
 * of its own answer: what a grouping has answered can be filtered by. A code point is never split.
 */
export const boundText = (text: string, sha256: Sha256 = ownSha256): string => {
  if (text.length <= shortTextUnitsMax) return text;
  const bytes = utf8.encode(text);
  if (bytes.length <= usageTextBytesMax) return text;
  let end = prefixBytesMax;
  while (isContinuation(bytes[end])) end -= 1;
  return `${fromUtf8.decode(bytes.subarray(0, end))}#${toHex(sha256(bytes).subarray(0, hashBytes))}`;
};

/**
 * The filter as stored texts are held against it. Whole values are bounded as the texts are; patterns of the `like` family
 * stay, and see what is stored.
 */
export const boundFilter = (filter: TextFilter): TextFilter => {
  switch (filter.op) {
    case "eq":
    case "ne":
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return { op: filter.op, value: boundText(filter.value) };
    case "in":
    case "nin":
      return { op: filter.op, values: filter.values.map((value) => boundText(value)) };
    case "like":
    case "nlike":
    case "ilike":
    case "nilike":
      return filter;
    case "and":
    case "or":
      return { op: filter.op, filters: filter.filters.map(boundFilter) };
  }
};

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

const utf8 = /* @__PURE__ */ new TextEncoder();
/** A text may begin with U+FEFF, which is part of it. */
const fromUtf8 = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });
