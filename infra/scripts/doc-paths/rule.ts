// Which words of a document are paths of this repository, and so must exist.
//
// A link's target always is one, unless it has a scheme (`https:`, `mailto:`) or is empty. A part after `#` names a
// heading there (or, in a file that is not Markdown, is left alone: `#L12`). A leading slash means the root.
//
// Inline code is one when all of this holds; everything else (routes, media types, package names, commands) is not:
//  1. it is made of letters, digits and `. _ - / @ +` only, so no spaces, globs, {placeholders}, $VARIABLES or URLs,
//     with at least one slash that is neither its first character nor preceded by an "@scope" alone;
//     a `:12` at its end is a line number, and goes;
//  2. it starts with `./` or `../`, or its first segment is a folder of the house (`packages`, `apps`, `infra`, `docs`,
//     `.ci`, `.github`) or of a package (`src`, `bench`), or its last segment ends like a file we keep (`.ts`, `.md`, …);
//  3. no segment is a name that .gitignore lists (`node_modules`, `dist`, `data`, …): those appear at run time.
//
// A link is relative to its document. Inline code may be relative to the document or to the root.

const houseFolders = new Set(["packages", "apps", "infra", "docs", ".ci", ".github"]);
const packageFolders = new Set(["src", "bench"]);
const keptFile = /\.(ts|tsx|mts|mjs|js|json|md|sql|sh|ya?ml|toml|css|html|svg|csv|conf|xml)$/;

/** The path that inline code cites, or null when it cites none. `ignored`: the plain names in .gitignore. */
export const toCodePath = (code: string, ignored: ReadonlySet<string>): string | null => {
  const path = code.replace(/:\d+$/, "");
  if (!/^[\w.@+/-]+$/.test(path) || !path.includes("/") || path.startsWith("/") || path.startsWith("@")) return null;
  const segments = path.split("/").filter((segment) => segment !== "");
  const first = segments[0] ?? "";
  const isPath =
    first === "." || first === ".." || houseFolders.has(first) || packageFolders.has(first) || keptFile.test(path);
  return isPath && !segments.some((segment) => ignored.has(segment)) ? path : null;
};

/** A link's target, taken apart; null when it leads out of the repository's files by its scheme, or nowhere. */
export const toLinkTarget = (link: string): Readonly<{ path: string; anchor: string }> | null => {
  if (link === "" || /^([a-z][a-z0-9+.-]*:|\/\/)/i.test(link)) return null;
  const [path = "", anchor = ""] = link.split("#", 2);
  return { path: decode(path), anchor: decode(anchor) };
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
