/** A part of a document, as data. */
export type Tree = Readonly<Record<string, unknown>>;

export const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Members that hold values of the wire, and no parts of a document. */
export const holdsValues = (key: string): boolean => ["example", "examples", "default", "enum", "const"].includes(key);
