import type { FieldFault } from "@meter/catalog";
import { eventLimits } from "@meter/events";
import { fault } from "./invalid-input.ts";

/**
 * Faults of a text that the control store is to hold: `min` to `max` UTF-16 units, no NUL (Postgres cannot hold it), no
 * lone surrogate (it would come back as another text). Null: the text is absent, which is no fault.
 */
export const checkText = (
  field: string,
  text: string | null,
  length: Readonly<{ min: number; max: number }>,
): readonly FieldFault[] => {
  if (text === null) return [];
  if (text.length < length.min) return [fault(field, "too_short", `${field} must not be empty`)];
  if (text.length > length.max)
    return [fault(field, "too_long", `${field} must have at most ${length.max} characters`)];
  if (!isStorable(text)) return [fault(field, "illegal_character", `${field} must be well-formed Unicode without NUL`)];
  return [];
};

const utf8 = new TextEncoder();

/** Faults of a text that names an event subject: 1 to 1,024 UTF-8 bytes, as events may have them. */
export const checkSubjectKey = (field: string, key: string): readonly FieldFault[] =>
  utf8.encode(key).length > eventLimits.attributeBytesMax
    ? [fault(field, "too_long", `${field} must have at most ${eventLimits.attributeBytesMax} bytes`)]
    : checkText(field, key, { min: 1, max: eventLimits.attributeBytesMax });

export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes("\0");

export const metadataEntriesMax = 50;
const metadataKeyLengthMax = 64;
const metadataValueLengthMax = 1_024;

/** At most 50 entries; keys 1 to 64 characters, values at most 1,024. */
export const checkMetadata = (metadata: Readonly<Record<string, string>> | null): readonly FieldFault[] => {
  const entries = Object.entries(metadata ?? {});
  if (entries.length > metadataEntriesMax)
    return [fault("metadata", "too_many", `metadata must have at most ${metadataEntriesMax} entries`)];
  return entries.flatMap(([key, value]) => [
    ...checkText("metadata key", key, { min: 1, max: metadataKeyLengthMax }),
    ...checkText(`metadata.${key}`, value, { min: 0, max: metadataValueLengthMax }),
  ]);
};
