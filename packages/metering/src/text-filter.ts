import { compareText } from "./text-order.ts";

/**
 * A condition on one text (a dimension of an entry, where a missing property is "").
 * `like` family: `%` any run of characters, `_` exactly one code point, a backslash before `%`, `_` or a backslash
 * takes it literally; a backslash before anything else, or at the end, stands for itself. `ilike` and `nilike`
 * lower-case both sides first.
 * `gt`, `gte`, `lt`, `lte` compare UTF-8 bytes: "10" is less than "9".
 */
export type TextFilter =
  | Readonly<{ op: "eq" | "ne" | "like" | "nlike" | "ilike" | "nilike" | "gt" | "gte" | "lt" | "lte"; value: string }>
  | Readonly<{ op: "in" | "nin"; values: readonly string[] }>
  | Readonly<{ op: "and" | "or"; filters: readonly TextFilter[] }>;

/**
 * Whether `text` passes. An empty `in` passes nothing, an empty `nin` everything; an empty `and` everything, an empty
 * `or` nothing.
 */
export const matchesText = (filter: TextFilter, text: string): boolean => {
  switch (filter.op) {
    case "eq":
      return text === filter.value;
    case "ne":
      return text !== filter.value;
    case "like":
      return isLike(text, filter.value);
    case "nlike":
      return !isLike(text, filter.value);
    case "ilike":
      return isLike(text.toLowerCase(), filter.value.toLowerCase());
    case "nilike":
      return !isLike(text.toLowerCase(), filter.value.toLowerCase());
    case "gt":
      return compareText(text, filter.value) > 0;
    case "gte":
      return compareText(text, filter.value) >= 0;
    case "lt":
      return compareText(text, filter.value) < 0;
    case "lte":
      return compareText(text, filter.value) <= 0;
    case "in":
      return filter.values.includes(text);
    case "nin":
      return !filter.values.includes(text);
    case "and":
      return filter.filters.every((part) => matchesText(part, text));
    case "or":
      return filter.filters.some((part) => matchesText(part, text));
  }
};

/** Greedy, going back to the last `%` only: time at most |text| × |pattern|, no recursion. */
const isLike = (text: string, pattern: string): boolean => {
  let at = 0;
  let step = 0;
  let retry: { at: number; step: number } | null = null;
  while (at < text.length) {
    if (pattern[step] === "%") {
      step += 1;
      retry = { at, step };
      continue;
    }
    if (pattern[step] === "_") {
      step += 1;
      at += codePointWidth(text, at);
      continue;
    }
    const literal = isEscape(pattern, step) ? step + 1 : step;
    if (literal < pattern.length && pattern[literal] === text[at]) {
      step = literal + 1;
      at += 1;
      continue;
    }
    if (retry === null) return false;
    retry.at += codePointWidth(text, retry.at);
    at = retry.at;
    step = retry.step;
  }
  while (pattern[step] === "%") step += 1;
  return step === pattern.length;
};

const isEscape = (pattern: string, step: number): boolean => {
  if (pattern[step] !== "\\") return false;
  const next = pattern[step + 1];
  return next === "%" || next === "_" || next === "\\";
};

const codePointWidth = (text: string, at: number): 1 | 2 => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
