import type { FieldFault } from "@meter/catalog";
import { err, type Result } from "@meter/primitives";

/** What was asked for breaks rules of the domain: every broken rule, not the first. */
export type InvalidInput = Readonly<{ type: "invalid_input"; faults: readonly FieldFault[] }>;

export const invalidInput = (...faults: readonly FieldFault[]): Result<never, InvalidInput> =>
  err({ type: "invalid_input", faults });

export const fault = (field: string, code: string, message: string): FieldFault => ({ field, code, message });
