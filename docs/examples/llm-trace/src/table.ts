/** Rows of cells in columns as wide as their widest cell: the first `left` columns on the left, the others on the right. */
export const formatTable = (rows: readonly (readonly (string | number)[])[], left: number): readonly string[] => {
  const texts = rows.map((row) => row.map(String));
  const widths = texts.reduce<readonly number[]>(
    (widest, row) => row.map((cell, index) => Math.max(widest[index] ?? 0, cell.length)),
    [],
  );
  return texts.map((row) =>
    row
      .map((cell, index) => (index < left ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
};
