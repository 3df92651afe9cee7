import { err, ok, parseDecimal } from "@meter/primitives";
import type { Decimal, Result } from "@meter/primitives";

import type { FieldFault } from "./field-fault.ts";

// Reading untrusted definitions member by member: each reader answers a value, and notes what is wrong with it.

export const fault = (field: string, code: string, message: string): FieldFault => ({ field, code, message });

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The fault's field with `prefix` in front of it, joined by a point; the prefix alone for the whole. */
export const prefixFault = (prefix: string, { field, code, message }: FieldFault): FieldFault =>
  fault(field === "" ? prefix : `${prefix}.${field}`, code, message);

/** What may be said of a decimal besides being one. Bounds are inclusive unless they say otherwise. */
export type DecimalRule = "any" | "not_negative" | "positive";

/**
 * Reads one object. Every reader notes its faults here, with the member's name as the field; `null` from a reader means
 * absent, null or faulty. `finish` answers the value when nothing was noted.
 */
export type DefinitionReader = Readonly<{
  decimal: (name: string, rule: DecimalRule) => Decimal | null;
  optionalDecimal: (name: string, rule: DecimalRule) => Decimal | null;
  text: (name: string) => string | null;
  optionalText: (name: string) => string | null;
  choice: <T extends string>(name: string, choices: readonly T[]) => T | null;
  optionalChoice: <T extends string>(name: string, choices: readonly T[]) => T | null;
  /** Zero or more items; null when it is not a list. */
  list: (name: string) => readonly unknown[] | null;
  note: (fault: FieldFault) => void;
  noteAll: (prefix: string, faults: readonly FieldFault[]) => void;
  /** The value when nothing was noted; `build` is only called then. */
  finish: <T>(build: () => T) => Result<T, readonly FieldFault[]>;
}>;

/** A reader of `definition`, which must be an object with no other members than `members`. */
export const readDefinition = (definition: unknown, members: readonly string[]): DefinitionReader => {
  const faults: FieldFault[] = [];
  const note = (one: FieldFault): void => void faults.push(one);
  const record = isRecord(definition) ? definition : {};
  if (!isRecord(definition)) note(fault("", "not_an_object", "must be an object"));
  for (const name of Object.keys(record)) {
    if (!members.includes(name)) note(fault(name, "unknown_field", `${name} is not a field here`));
  }
  const valueOf = (name: string): unknown => (Object.hasOwn(record, name) ? (record[name] ?? null) : null);
  const required = (name: string): null => {
    note(fault(name, "required", `${name} is required`));
    return null;
  };

  const optionalDecimal = (name: string, rule: DecimalRule): Decimal | null => {
    const value = valueOf(name);
    if (value === null) return null;
    const parsed = typeof value === "string" ? parseDecimal(value) : null;
    if (parsed === null || !parsed.ok) {
      const outOfRange = parsed?.ok === false && parsed.error.type === "decimal_out_of_range";
      note(
        outOfRange
          ? fault(name, "decimal_out_of_range", `${name} must have at most 38 integer and 30 fraction digits`)
          : fault(name, "not_a_decimal", `${name} must be a decimal as text`),
      );
      return null;
    }
    const { coefficient } = parsed.value;
    if (rule !== "any" && coefficient < 0n) note(fault(name, "negative", `${name} must not be negative`));
    else if (rule === "positive" && coefficient === 0n) note(fault(name, "zero", `${name} must be greater than zero`));
    return parsed.value;
  };
  const optionalText = (name: string): string | null => {
    const value = valueOf(name);
    if (value === null || typeof value === "string") return value;
    note(fault(name, "not_a_text", `${name} must be a text`));
    return null;
  };
  const optionalChoice = <T extends string>(name: string, choices: readonly T[]): T | null => {
    const value = valueOf(name);
    if (value === null) return null;
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined) note(fault(name, "invalid_value", `${name} must be one of ${choices.join(", ")}`));
    return chosen ?? null;
  };
  const whenPresent = <T>(name: string, read: () => T | null): T | null =>
    valueOf(name) === null ? required(name) : read();

  return {
    optionalDecimal,
    optionalText,
    optionalChoice,
    decimal: (name, rule) => whenPresent(name, () => optionalDecimal(name, rule)),
    text: (name) => whenPresent(name, () => optionalText(name)),
    choice: (name, choices) => whenPresent(name, () => optionalChoice(name, choices)),
    list: (name) =>
      whenPresent(name, () => {
        const value = valueOf(name);
        if (Array.isArray(value)) return value as readonly unknown[]; // Array.isArray answers any[]
        note(fault(name, "not_a_list", `${name} must be a list`));
        return null;
      }),
    note,
    noteAll: (prefix, some) => some.forEach((one) => note(prefixFault(prefix, one))),
    finish: (build) => (faults.length === 0 ? ok(build()) : err(faults)),
  };
};

/** For `finish`: a reader noted a fault for every null it answered to a required member, so that here it is a value. */
export const certain = <T>(value: T | null): T => {
  if (value === null) throw new TypeError("a required member was null without a fault");
  return value;
};
