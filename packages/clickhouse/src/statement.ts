/** SQL with its parameters, under the name that its errors carry (the engine's log, too). Values never become SQL text. */
export type Statement = Readonly<{ name: string; sql: string; parameters: Readonly<Record<string, unknown>> }>;

/**
 * The engine takes at most 128 KiB for the text of one parameter (`http_max_field_value_size`); a longer list is bound in
 * several and joined in SQL. Half of that leaves room for escapes, which are counted for the worst case anyway.
 */
const parameterBytesMax = 65_536;

/** Collects the parameters of one statement. Each method answers the SQL that stands for the value. */
export type Parameters = Readonly<{
  text: (name: string, value: string) => string;
  /** A safe integer, as Int64. */
  integer: (name: string, value: number) => string;
  texts: (name: string, values: readonly string[]) => string;
  integers: (name: string, values: readonly number[]) => string;
  values: () => Readonly<Record<string, unknown>>;
}>;

export const createParameters = (): Parameters => {
  const values: Record<string, unknown> = {};
  const bind = (name: string, type: string, value: unknown): string => {
    let unique = name;
    for (let again = 2; unique in values; again++) unique = `${name}_${again}`;
    values[unique] = value;
    return `{${unique}:${type}}`;
  };
  const bindList = <T>(name: string, type: string, list: readonly T[], bytesOf: (value: T) => number): string => {
    const bound = cut(list, bytesOf).map((part) => bind(name, type, part));
    return bound.length === 1 ? bound.join() : `arrayConcat(${bound.join(", ")})`;
  };
  return {
    text: (name, value) => bind(name, "String", value),
    integer: (name, value) => bind(name, "Int64", value),
    texts: (name, list) => bindList(name, "Array(String)", list, bytesOfText),
    integers: (name, list) => bindList(name, "Array(Int64)", list, bytesOfInteger),
    values: () => values,
  };
};

/** Three bytes of UTF-8 at most for a UTF-16 unit, or one byte and its escape; two quotes and a comma. */
const bytesOfText = (value: string): number => value.length * 3 + 3;
const bytesOfInteger = (value: number): number => String(value).length + 1;

/** Stretches of the list within the bound, in order; one empty stretch for an empty list. */
const cut = <T>(list: readonly T[], bytesOf: (value: T) => number): readonly (readonly T[])[] => {
  const parts: T[][] = [[]];
  let bytes = 0;
  for (const value of list) {
    const more = bytesOf(value);
    if (bytes > 0 && bytes + more > parameterBytesMax) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(value);
    bytes += more;
  }
  return parts;
};
