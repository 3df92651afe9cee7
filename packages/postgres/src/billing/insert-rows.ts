/** Rows of one statement: a statement takes 65,535 parameters, and a line has about 40. */
const rowsMax = 1_000;

/** Inserts any number of rows, in order. */
export const insertRows = async <Row>(
  rows: readonly Row[],
  insert: (some: readonly Row[]) => Promise<unknown>,
): Promise<void> => {
  for (let from = 0; from < rows.length; from += rowsMax) await insert(rows.slice(from, from + rowsMax));
};
