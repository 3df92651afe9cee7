/**
 * Items by key, keys in the order of their first item, items in the order given. `Map.groupBy` is the same, but is missing
 * in Node 20 and in browsers of before 2024.
 */
export const groupBy = <T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> => {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
};
