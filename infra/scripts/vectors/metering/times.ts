import type { Json } from "../json.ts";

const pattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/;

/** Equal as instants, to the last digit, and as offsets: the offset is part of the wire. */
export const sameTime = (a: Json | undefined, b: Json | undefined): boolean => {
  if (typeof a !== "string" || typeof b !== "string") return a === b;
  const [left, right] = [toCanonical(a), toCanonical(b)];
  return left === null || right === null ? a === b : left === right;
};

/** Equal instants with equal offsets have equal wall clocks: seconds, fraction without trailing zeros, offset. */
const toCanonical = (text: string): string | null => {
  const [, seconds, fraction = "", offset] = pattern.exec(text) ?? [];
  if (seconds === undefined || offset === undefined) return null;
  return `${seconds}.${fraction.replace(/0+$/, "")}${offset === "Z" ? "+00:00" : offset}`;
};

/** Whether the time has a part finer than a second. */
export const hasFraction = (time: Json | undefined): boolean =>
  typeof time === "string" && /[1-9]/.test(pattern.exec(time)?.[2] ?? "");
