import type { DefinitionReader, FieldFault } from "@meter/catalog";
import { explainInstantError, instant, type Instant, parseInstant } from "@meter/primitives";
import { fault } from "../shared/invalid-input.ts";

/** An instant as scripts write it: RFC 3339 with an offset (2026-11-01T00:00:00Z), or a `Date`. */
export type Time = string | Date;

/** The members of an input that TypeScript did not necessarily check. */
export const membersOf = (input: unknown): Readonly<Record<string, unknown>> => Object(input);

/** Null: absent, or noted as a fault. */
export const readTime = (reader: DefinitionReader, name: string, value: unknown): Instant | null => {
  if (value === undefined || value === null) return null;
  if (value instanceof Date && Number.isSafeInteger(value.getTime())) return instant(value.getTime());
  const parsed = parseInstant(typeof value === "string" ? value : "");
  if (parsed.ok) return parsed.value;
  reader.note(fault(name, "invalid_time", explainInstantError(parsed.error)));
  return null;
};

/** One text or several. Null: absent, or noted as a fault. */
export const readTexts = (reader: DefinitionReader, name: string, value: unknown): readonly string[] | null => {
  if (value === undefined || value === null) return null;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = values.filter((one) => typeof one === "string");
  if (texts.length === values.length) return texts;
  reader.note(fault(name, "not_a_text", "must be a text or a list of texts"));
  return null;
};

/** A map of texts; empty when absent. */
export const readTextMap = (
  reader: DefinitionReader,
  name: string,
  value: unknown,
): Readonly<Record<string, string>> => {
  const texts: Record<string, string> = {};
  for (const [key, one] of membersOfMap(reader, name, value)) {
    if (typeof one === "string") texts[key] = one;
    else reader.note(fault(`${name}.${key}`, "not_a_text", "must be a text"));
  }
  return texts;
};

/** The entries of a map; none when it is absent, or noted as a fault. */
export const membersOfMap = (
  reader: DefinitionReader,
  name: string,
  value: unknown,
): readonly (readonly [string, unknown])[] => {
  if (value === undefined || value === null) return [];
  if (typeof value === "object" && !Array.isArray(value)) return Object.entries(value);
  reader.note(fault(name, "not_an_object", "must be an object"));
  return [];
};

/** The fault with another name of its field, where the one that found it calls the field differently. */
export const renameField = (names: Readonly<Record<string, string>>, one: FieldFault): FieldFault => ({
  ...one,
  field: names[one.field] ?? one.field,
});
