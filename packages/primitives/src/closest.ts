/**
 * Which of the candidates was most likely meant by a name that is none of them: one that differs in case and separators
 * alone, by few letters, or whose words it shortens (`minAmount` for `minimumAmount`). Null when none is near.
 */
export const findClosest = (name: string, candidates: readonly string[]): string | null => {
  if (name.length > lengthMax) return null;
  let closest: string | null = null;
  let best = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = distanceOf(name, candidate);
    if (distance === null || distance >= best) continue;
    closest = candidate;
    best = distance;
  }
  return closest;
};

/** Longer names are nobody's typing mistake, and would cost time. */
const lengthMax = 64;

const distanceOf = (name: string, candidate: string): number | null => {
  const [a, b] = [fold(name), fold(candidate)];
  if (a === "" || b.length > lengthMax) return null;
  const edits = countEdits(a, b);
  if (edits <= editsMax(Math.min(a.length, b.length))) return edits;
  return isShortened(wordsOf(name), wordsOf(candidate)) ? lengthMax + b.length : null;
};

const editsMax = (length: number): number => (length < 3 ? 0 : length < 5 ? 1 : length < 9 ? 2 : 3);

const fold = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

const wordsOf = (name: string): readonly string[] =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");

/** Each word begins one of the candidate's, in the same order. */
const isShortened = (words: readonly string[], full: readonly string[]): boolean => {
  let at = 0;
  for (const word of words) {
    while (at < full.length && full[at]?.startsWith(word) !== true) at += 1;
    if (at === full.length || word.length < 2) return false;
    at += 1;
  }
  return words.length > 0;
};

/** Letters inserted, left out, replaced, or swapped with their neighbour. */
const countEdits = (a: string, b: string): number => {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = at(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
          ? at(beforeLast, column - 2) + 1
          : replaced;
      current.push(Math.min(at(last, column) + 1, at(current, column - 1) + 1, replaced, swapped));
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, b.length);
};

const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;
