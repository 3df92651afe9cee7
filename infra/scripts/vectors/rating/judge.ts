import type { FieldFault } from "@meter/catalog";
import type { Result } from "@meter/primitives";
import { Malformed } from "../calendar/read.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { Mismatch, Outcome } from "../vector.ts";

/** What came out differently than the vector says. Throws `Malformed` or `Refusal`. */
export type Judge = (content: JsonObject) => readonly Mismatch[];

/** A package refused what it was given; `codes` say why. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly codes: readonly string[];

  constructor(codes: readonly string[]) {
    super(codes.join(", "));
    this.codes = codes;
  }
}

/** The value, or a refusal with the codes of the faults. */
export const parsed = <T>(result: Result<T, readonly FieldFault[]>): T => {
  if (!result.ok) throw new Refusal(result.error.map(({ field, code }) => `${field} ${code}`));
  return result.value;
};

/** The value, or a refusal with the type of the error. */
export const answered = <T>(result: Result<T, Readonly<{ type: string }>>): T => {
  if (!result.ok) throw new Refusal([result.error.type]);
  return result.value;
};

/** The outcome of a judge. An expectation `{error}` or `{errorContains}` wants a refusal, of that kind where we have it. */
export const outcomeOf = (judge: Judge, content: JsonObject): Outcome => {
  const expected = expectedErrorOf(content["expect"]);
  try {
    const mismatches = judge(content);
    if (expected !== null) return fail({ at: "expect", expected, found: "no error" });
    return mismatches.length === 0 ? { type: "pass" } : { type: "fail", mismatches };
  } catch (error) {
    if (error instanceof Malformed) return fail(error.mismatch);
    if (error instanceof Refusal && expected !== null && isMeant(expected, error)) return { type: "pass" };
    const found = error instanceof Error ? error.message : String(error);
    return fail({ at: "run", expected: expected ?? "no error", found });
  }
};

/** How the errors of the reference system are called here. */
const ourCodes: Readonly<Record<string, string>> = {
  ErrUnitConfigUnsupportedPrice: "unit_conversion_refused",
  "invalid unit_config on line": "conversionFactor",
  invoice_line_no_tiers: "no_tiers",
  invoice_line_missing_open_ended_tier: "no_open_tier",
};

const isMeant = (expected: string, { codes }: Refusal): boolean => {
  const ours = ourCodes[expected];
  return ours !== undefined && codes.some((code) => code.includes(ours));
};

const fail = (mismatch: Mismatch): Outcome => ({ type: "fail", mismatches: [mismatch] });

/** The error that an expectation names; null when it names none. */
export const expectedErrorOf = (expect: Json | undefined): string | null => {
  if (!isObject(expect)) return null;
  const error = expect["errorContains"] ?? expect["error"];
  return typeof error === "string" ? error : null;
};
