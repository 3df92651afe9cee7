import type { FieldFault } from "./field-fault.ts";

/** Bounds of one text, both inclusive. A character is a Unicode code point. */
export type TextBounds = Readonly<{ min: number; max: number; unit: "characters" | "bytes" }>;

/**
 * Whether a text can be kept by every store and has a legal length: well-formed Unicode without U+0000 (Postgres holds
 * neither a lone surrogate nor U+0000). One fault at most; `label` is how the message names the field.
 */
export const findTextFault = (
  text: string,
  { field, label, bounds }: Readonly<{ field: string; label: string; bounds: TextBounds }>,
): FieldFault | null => {
  if (!text.isWellFormed() || text.includes("\0")) {
    return { field, code: "not_well_formed", message: `${label} must be well-formed Unicode without U+0000` };
  }
  const length = lengthOf(text, bounds);
  if (length < bounds.min) {
    return { field, code: "empty", message: `${label} must not be empty` };
  }
  if (length > bounds.max) {
    return { field, code: "too_long", message: `${label} must not be longer than ${bounds.max} ${bounds.unit}` };
  }
  return null;
};

const lengthOf = (text: string, bounds: TextBounds): number => {
  let length = 0;
  for (const character of text) length += bounds.unit === "characters" ? 1 : utf8Width(character);
  return length;
};

/** Bytes of one code point in UTF-8. */
const utf8Width = (character: string): number => {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
};
