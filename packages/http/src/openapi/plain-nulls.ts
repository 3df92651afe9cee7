import { holdsValues, isTree, type Tree } from "./tree.ts";

/**
 * `nullable` says something only beside a `type` (OpenAPI 3.0.3, "Schema Object"). Alone it is what zod's unknown becomes,
 * which is any value without it; as one of several schemas it is zod's null, which is written as one that nothing but null fits.
 */
export const withPlainNulls = (document: object): object => rewrite(document) as object; // a tree stays a tree

const rewrite = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(rewrite);
  if (!isTree(value)) return value;
  const { nullable, ...rest } = value;
  const tree: Tree = nullable === true && !("type" in rest) && !("$ref" in rest) ? rest : value;
  return Object.fromEntries(
    Object.entries(tree).map(([key, child]) => [
      key,
      holdsValues(key) ? child : isAlternatives(key, child) ? child.map(toAlternative) : rewrite(child),
    ]),
  );
};

const isAlternatives = (key: string, child: unknown): child is readonly unknown[] =>
  (key === "oneOf" || key === "anyOf") && Array.isArray(child);

const toAlternative = (schema: unknown): unknown => (isNull(schema) ? onlyNull : rewrite(schema));

const isNull = (schema: unknown): boolean =>
  isTree(schema) && Object.keys(schema).join() === "nullable" && schema["nullable"] === true;

/** A schema of exactly null. */
export const onlyNull: { type: "object"; nullable: true; enum: null[] } = {
  type: "object",
  nullable: true,
  enum: [null],
};
