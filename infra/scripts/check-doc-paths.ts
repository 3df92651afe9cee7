// Every path that a document cites exists: `node infra/scripts/check-doc-paths.ts [root]`. One line for each that does
// not; exit code 1 when there is one. What counts as a path: doc-paths/rule.ts.
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { findAnchors, findCitations, type Citation } from "./doc-paths/markdown.ts";
import { toCodePath, toLinkTarget } from "./doc-paths/rule.ts";

/** A citation that leads nowhere: in which document, at which line (from 1). */
export type DeadCitation = Readonly<{ document: string; line: number; what: string }>;

const documentPatterns = ["*.md", "docs/**/*.md", "packages/*/README.md", "apps/*/README.md", "infra/**/*.md"];

/** All dead citations in the documents below `root`, by document and line. */
export const checkDocPaths = (root: string): readonly DeadCitation[] => {
  const ignored = readIgnoredNames(root);
  return listDocuments(root).flatMap((document) =>
    findCitations(readFileSync(join(root, document), "utf8")).flatMap((citation) => {
      const what =
        citation.kind === "code"
          ? faultOfCode(root, document, citation, ignored)
          : faultOfLink(root, document, citation);
      return what === null ? [] : [{ document, line: citation.line, what }];
    }),
  );
};

const listDocuments = (root: string): readonly string[] =>
  globSync(documentPatterns, { cwd: root, exclude: (name) => name === "node_modules" || name === "dist" }).toSorted();

/** The entries of .gitignore that are a plain name; patterns are left to git. */
const readIgnoredNames = (root: string): ReadonlySet<string> => {
  const file = join(root, ".gitignore");
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  return new Set(lines.map((line) => line.trim().replaceAll(/^\/|\/$/g, "")).filter((name) => /^[\w.-]+$/.test(name)));
};

const faultOfCode = (
  root: string,
  document: string,
  { text }: Citation,
  ignored: ReadonlySet<string>,
): string | null => {
  const path = toCodePath(text, ignored);
  if (path === null) return null;
  const beside = posix.join(posix.dirname(document), path);
  return [beside, posix.normalize(path)].some((candidate) => isInside(candidate) && existsSync(join(root, candidate)))
    ? null
    : `${path} does not exist`;
};

const faultOfLink = (root: string, document: string, { text }: Citation): string | null => {
  const target = toLinkTarget(text);
  if (target === null) return null;
  const path = toRootPath(document, target.path);
  if (!isInside(path)) return `${target.path} leaves the repository`;
  if (!existsSync(join(root, path))) return `${target.path} does not exist`;
  if (target.anchor === "" || !path.endsWith(".md")) return null;
  return findAnchors(readFileSync(join(root, path), "utf8")).has(target.anchor)
    ? null
    : `${path} has no heading #${target.anchor}`;
};

const toRootPath = (document: string, path: string): string => {
  if (path === "") return document;
  return path.startsWith("/") ? posix.normalize(path.slice(1)) : posix.join(posix.dirname(document), path);
};

const isInside = (path: string): boolean => path !== ".." && !path.startsWith("../");

if (import.meta.main) {
  const dead = checkDocPaths(resolve(process.argv[2] ?? "."));
  for (const { document, line, what } of dead) console.log(`${document}:${line}  doc-path  ${what}`);
  if (dead.length > 0) process.exitCode = 1;
  else console.log("doc-paths: every cited path exists");
}
