import type { FieldFault } from "@meter/catalog";
import { err, findDuplicateMember, ok, type Result } from "@meter/primitives";
import { findJsonFault } from "./safe-json.ts";

/** A JSON object in a query parameter. */
export const parseJsonParameter = (
  field: string,
  text: string,
): Result<Readonly<Record<string, unknown>>, FieldFault> => {
  const invalid = (message: string) => err({ field, code: "invalid_json", message: `${field}: ${message}` });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return invalid("is not JSON");
  }
  const fault = findJsonFault(value);
  if (fault !== null) return invalid(fault);
  const duplicate = findDuplicateMember(text);
  if (duplicate !== null) return invalid(`${duplicate} is there twice`);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return invalid("must be a JSON object");
  return ok(value as Readonly<Record<string, unknown>>); // an object that is no array: checked above
};
