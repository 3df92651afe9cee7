import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { parseSync } from "vite";
import { isNode, walk } from "../floors/syntax-tree.ts";

/**
 * The declarations that @meter/core's reach, as the compiler wrote them, under `types/PACKAGE/` in `out`, and `index.d.ts`
 * and `index.d.cts` as their doors; what both of them may name are declarations of CommonJS. Imports of a package become relative, and name the JavaScript file that would be there.
 */
export const copyDeclarations = (root: string, out: string): void => {
  const pending = ["core/index.d.ts"];
  for (const path of pending) {
    // the list grows while it is walked
    const { text, needed } = rewrite(path, readFileSync(join(root, sourceOf(path)), "utf8"));
    for (const one of needed) if (!pending.includes(one)) pending.push(one);
    const target = join(out, "types", path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  writeFileSync(join(out, "types/package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);
  for (const door of ["index.d.ts", "index.d.cts"])
    writeFileSync(join(out, door), `export * from "./types/core/index.js";\n`);
};

/** `core/ports/clock.d.ts` → `packages/core/dist/types/ports/clock.d.ts`. */
const sourceOf = (path: string): string => {
  const [name = "", ...rest] = path.split("/");
  return posix.join("packages", name, "dist/types", ...rest);
};

type Place = Readonly<{ start: number; end: number; specifier: string }>;

const rewrite = (path: string, text: string): Readonly<{ text: string; needed: readonly string[] }> => {
  const needed: string[] = [];
  let rewritten = text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
  for (const { start, end, specifier } of findSpecifiers(path, rewritten).toReversed()) {
    const target = targetOf(path, specifier);
    needed.push(target);
    const relative = posix.relative(posix.dirname(path), target).replace(/\.d\.ts$/, ".js");
    rewritten = `${rewritten.slice(0, start)}"${relative.startsWith(".") ? relative : `./${relative}`}"${rewritten.slice(end)}`;
  }
  return { text: rewritten, needed };
};

const findSpecifiers = (path: string, text: string): readonly Place[] => {
  const { program, errors } = parseSync(path, text);
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  const places: Place[] = [];
  walk(program, ({ source }) => {
    if (!isNode(source) || typeof source["value"] !== "string") return;
    places.push({ start: source.start, end: Number(source["end"]), specifier: source["value"] });
  });
  return places.toSorted((a, b) => a.start - b.start);
};

/** What a specifier in the declarations at `path` means, among the declarations of all packages. */
const targetOf = (path: string, specifier: string): string => {
  if (specifier.startsWith(".")) {
    return posix.join(posix.dirname(path), specifier).replace(/\.(ts|js)$/, ".d.ts");
  }
  const name = /^@meter\/([^/]+)$/.exec(specifier)?.[1];
  if (name === undefined) throw new Error(`${path} needs ${specifier}, which the library does not bring`);
  return `${name}/index.d.ts`;
};
