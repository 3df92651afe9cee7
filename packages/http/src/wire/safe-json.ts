import { isStorable } from "@meter/core";

const depthMax = 32;

/**
 * What a control route cannot take in parsed JSON, in words; null when there is nothing: deeper than 32 levels, `__proto__` as a
 * key, a number beyond double precision's range, a text with NUL or a lone surrogate (a store could not give it back). Never recursive.
 */
export const findJsonFault = (value: unknown): string | null => {
  const rest: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let item = rest.pop(); item !== undefined; item = rest.pop()) {
    if (typeof item.value === "string" && !isStorable(item.value)) return illegalText;
    if (typeof item.value === "number" && !Number.isFinite(item.value)) return "a number is out of range";
    if (typeof item.value !== "object" || item.value === null) continue;
    if (item.depth >= depthMax) return `nested deeper than ${depthMax} levels`;
    for (const [key, member] of Object.entries(item.value)) {
      if (key === "__proto__") return "__proto__ is not a legal key";
      if (!isStorable(key)) return illegalText;
      rest.push({ value: member, depth: item.depth + 1 });
    }
  }
  return null;
};

const illegalText = "a text holds NUL or is not well-formed Unicode";
