/** One broken rule, at one line (from 1) of one file (relative to the root). */
export type Violation = Readonly<{ path: string; line: number; rule: Rule; what: string }>;

export type Rule =
  | "floor" // an import that goes up, sideways, or where its kind of code may not go
  | "boundary" // an import around a package's only door
  | "undeclared" // an import that the package's manifest does not declare
  | "unused" // a declared workspace dependency that nothing imports
  | "capability" // an import against the order of a package's capabilities
  | "cycle" // files or packages that need each other at run time
  | "pure" // I/O, clock, randomness or environment in floors 0–3
  | "third-party" // a foreign run-time dependency below the adapters
  | "references" // a tsconfig.json that does not follow the manifest
  | "syntax"; // a file that cannot be read, so that nothing is known about it

/** `path:line  rule  what`, which editors and terminals turn into a link. */
export const formatViolation = ({ path, line, rule, what }: Violation): string => `${path}:${line}  ${rule}  ${what}`;

/** Line (from 1) of a character offset. */
export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

/** Line of the first occurrence of `part`, or 1. */
export const lineOf = (text: string, part: string): number => lineAt(text, Math.max(0, text.indexOf(part)));
