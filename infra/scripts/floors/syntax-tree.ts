/** A node of the parser's tree (ESTree with TypeScript), read without trusting more than its type and place. */
export type SyntaxNode = Readonly<{ type: string; start: number; [key: string]: unknown }>;

export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** Calls `visit` for every node below and including `root`, parents first; `key` is the parent's field that holds it. */
export const walk = (root: object, visit: (node: SyntaxNode, parent: SyntaxNode | null, key: string) => void): void => {
  const step = (value: unknown, parent: SyntaxNode | null, key: string): void => {
    if (Array.isArray(value)) {
      for (const item of value) step(item, parent, key);
    } else if (isNode(value)) {
      visit(value, parent, key);
      for (const [field, child] of Object.entries(value)) step(child, value, field);
    }
  };
  step(root, null, "");
};
