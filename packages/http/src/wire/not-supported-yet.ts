import type { FieldFault } from "@meter/catalog";
import type { HttpContext } from "../env.ts";
import { problem, type ProblemResponse } from "../problems/problem.ts";
import { fromFaults } from "../problems/refuse.ts";

const code = "not_supported_yet";

/** A member of the wire that cannot be honoured so far. To take it and do nothing would be worse than to refuse it. */
export const notSupportedYet = (field: string, what: string = field): FieldFault => ({
  field,
  code,
  message: `${what} is not supported yet`,
});

/** 400 for what a translator found: `not_supported_yet` when that is among it, else `invalid_input`. */
export const refuseFaults = (
  c: HttpContext,
  faults: readonly FieldFault[],
): ProblemResponse<"invalid_input" | "not_supported_yet"> => {
  const unsupported = faults.filter((fault) => fault.code === code);
  return unsupported.length > 0
    ? problem(c, "not_supported_yet", fromFaults(unsupported))
    : problem(c, "invalid_input", fromFaults(faults));
};
