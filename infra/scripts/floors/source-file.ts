import { parseSync } from "vite";
import { findImpurities, type Impurity } from "./impurity.ts";
import { isNode, walk } from "./syntax-tree.ts";
import { lineAt } from "./violation.ts";

/**
 * One import, re-export, `import()` or `import("…")` type.
 * `erased` ones are gone at run time: `import type`, `export type`, import types. `import { type A }` is not: the
 * statement stays and loads the file. `lazy` ones (`import()`) load when called, so they close no cycle.
 */
export type Import = Readonly<{ specifier: string; line: number; erased: boolean; lazy: boolean }>;

export type SourceFile = Readonly<{
  /** Relative to the root, with slashes. */
  path: string;
  /** `x.test.ts` or `x.int.test.ts`. */
  isTest: boolean;
  /** Tests and their support (`testing.ts`, `x.test-support.ts`), type tests, oracles, benchmarks, tool configuration: never part of what runs. */
  isDevelopment: boolean;
  imports: readonly Import[];
  impurities: readonly Impurity[];
  /** Why it could not be parsed; then there are no imports. */
  fault: Readonly<{ line: number; message: string }> | null;
}>;

const development = /\.(test-d|bench|config|oracle)\.\w+$|\/bench\/|\/testing(\.ts$|\/)|[./]test-support\.ts$/;

export const parseSourceFile = (path: string, text: string): SourceFile => {
  const isTest = /\.(int\.)?test\.tsx?$/.test(path);
  const isDevelopment = isTest || development.test(path);
  const { program, errors } = parseSync(path, text);
  const [error] = errors;
  if (error) {
    const line = lineAt(text, error.labels[0]?.start ?? 0);
    return { path, isTest, isDevelopment, imports: [], impurities: [], fault: { line, message: error.message } };
  }
  return {
    path,
    isTest,
    isDevelopment,
    imports: findImports(program, text),
    impurities: findImpurities(program, text),
    fault: null,
  };
};

const findImports = (program: object, text: string): readonly Import[] => {
  const imports: Import[] = [];
  walk(program, (node) => {
    const source = node.type === "TSExternalModuleReference" ? node["expression"] : node["source"];
    if (!isNode(source) || typeof source["value"] !== "string") return;
    imports.push({
      specifier: source["value"],
      line: lineAt(text, node.start),
      erased: node.type === "TSImportType" || node["importKind"] === "type" || node["exportKind"] === "type",
      lazy: node.type === "ImportExpression",
    });
  });
  return imports;
};
