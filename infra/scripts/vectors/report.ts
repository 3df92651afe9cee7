import type { Judged } from "./run-vector.ts";
import type { Mismatch, Outcome } from "./vector.ts";

/** The line of a vector; below a failure, what was expected and what was found. */
export const formatOutcome = ({ vector, outcome }: Judged): string => {
  const title = `${vector.file}: ${vector.name}`;
  switch (outcome.type) {
    case "pass":
      return `pass     ${title}`;
    case "differs":
      return `differs on purpose (${outcome.rule})  ${title}`;
    case "not_yet":
      return `not yet  ${title}: ${outcome.reason}`;
    case "fail":
      return [`FAIL     ${title}`, ...outcome.mismatches.slice(0, mismatchesShown).map(formatMismatch)].join("\n");
  }
};

const mismatchesShown = 10;

export const formatMismatch = ({ at, expected, found }: Mismatch): string =>
  `         ${at}\n           expected ${show(expected)}\n           found    ${show(found)}`;

const show = (value: Mismatch["found"]): string => (value === undefined ? "nothing" : JSON.stringify(value));

const columns = ["pass", "differs", "not_yet", "fail"] as const satisfies readonly Outcome["type"][];
const titles = ["pass", "differs", "not yet", "FAIL", "all"];

/** How many of each kind came out how. */
export const formatTable = (judged: readonly Judged[]): string => {
  const rowOf = (title: string, some: readonly Judged[]): readonly string[] => [
    title,
    ...columns.map((type) => String(some.filter(({ outcome }) => outcome.type === type).length)),
    String(some.length),
  ];
  const byKind = Map.groupBy(judged, ({ vector, kind }) => `${vector.file}: ${kind}`);
  const rows = [["kind", ...titles], ...[...byKind].map(([kind, some]) => rowOf(kind, some)), rowOf("all", judged)];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  "),
    )
    .join("\n");
};
