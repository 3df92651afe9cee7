// Compares the house with its table of floors: `node infra/scripts/check-floors.ts [root]`. One line a violation;
// exit code 1 when there is one.
import { resolve } from "node:path";
import { checkCapabilities } from "./floors/capabilities.ts";
import { checkCycles } from "./floors/cycles.ts";
import { checkImports } from "./floors/imports.ts";
import { checkReferences } from "./floors/references.ts";
import { formatViolation, type Violation } from "./floors/violation.ts";
import { readHouse } from "./floors/workspace.ts";

/** Everything in the house at `root` that breaks a rule of floors, by path and line. */
export const checkFloors = (root: string): readonly Violation[] => {
  const house = readHouse(root);
  return [
    ...checkImports(house),
    ...checkCapabilities(house),
    ...checkCycles(house),
    ...checkReferences(root, house),
  ].toSorted((a, b) => compareText(a.path, b.path) || a.line - b.line || compareText(a.what, b.what));
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

if (import.meta.main) {
  const violations = checkFloors(resolve(process.argv[2] ?? "."));
  for (const violation of violations) console.log(formatViolation(violation));
  if (violations.length > 0) process.exitCode = 1;
  else console.log("floors: every import goes down, every dependency is declared, nothing goes in circles");
}
