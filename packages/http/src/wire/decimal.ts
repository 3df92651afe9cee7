import type { FieldFault } from "@meter/catalog";
import { type Decimal, err, parseDecimal, type Result } from "@meter/primitives";

/** Of a text that passed `numeric`; it may still have more digits than a quantity can. */
export const toDecimal = (text: string, field: string): Result<Decimal, readonly FieldFault[]> => {
  const parsed = parseDecimal(text);
  if (parsed.ok) return parsed;
  return err([
    { field, code: parsed.error.type, message: `${field} must have at most 38 integer and 30 fraction digits` },
  ]);
};
