import type { FieldFault } from "./field-fault.ts";
import { keyPattern } from "./meter-rules.ts";
import { findTextFault } from "./text-fault.ts";

/** Upper bound of a resource key, inclusive. Its characters are ASCII. */
export const resourceKeyCharactersMax = 64;

/**
 * Whether a text can be the key of a feature, plan, phase or rate card: 1–64 characters of `keyPattern`. No key looks like
 * a ULID, since those are upper case.
 */
export const findKeyFault = (
  key: string,
  { field, label }: Readonly<{ field: string; label: string }>,
): FieldFault | null => {
  const bounds = { min: 1, max: resourceKeyCharactersMax, unit: "characters" } as const;
  const fault = findTextFault(key, { field, label, bounds });
  if (fault !== null) return fault;
  if (keyPattern.test(key)) return null;
  return { field, code: "invalid_key", message: `${label} must match ${keyPattern.source}` };
};
