import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { workspaceFolders } from "../launch/workspace-folders.mjs";
import { parseSourceFile, type SourceFile } from "./source-file.ts";
import { placeOf, type Place } from "./table.ts";

export type Dependencies = Readonly<Record<string, string>>;

/** The parts of a package.json that the rules read. */
export type Manifest = Readonly<{
  name?: string;
  exports?: unknown;
  dependencies?: Dependencies;
  optionalDependencies?: Dependencies;
  peerDependencies?: Dependencies;
  devDependencies?: Dependencies;
}>;

/** A package, an app, an example, or (folder "") the root with its scripts. */
export type Workspace = Readonly<{
  folder: string;
  place: Place;
  manifest: Manifest;
  manifestPath: string;
  manifestText: string;
  files: readonly SourceFile[];
}>;

/** All of them, the root last. */
export const readHouse = (root: string): readonly Workspace[] =>
  [...workspaceFolders(root), ""].map((folder, _, folders) => readWorkspace(root, folder, folders));

const readWorkspace = (root: string, folder: string, folders: readonly string[]): Workspace => {
  const manifestPath = inFolder(folder, "package.json");
  const manifestText = readFileSync(join(root, manifestPath), "utf8");
  // The root's own code is in infra/ and in the configuration files beside its manifest.
  const isElsewhere = (path: string): boolean => folders.some((other) => other !== "" && path.startsWith(`${other}/`));
  const paths =
    folder === ""
      ? [...listSources(root, "infra").filter((path) => !isElsewhere(path)), ...listSources(root, "", false)]
      : listSources(root, folder);
  return {
    folder,
    place: placeOf(folder),
    manifest: JSON.parse(manifestText),
    manifestPath,
    manifestText,
    files: paths.map((path) => parseSourceFile(path, readFileSync(join(root, path), "utf8"))),
  };
};

/** `file` in a folder relative to the root, where the root itself is "". */
export const inFolder = (folder: string, file: string): string => (folder === "" ? file : `${folder}/${file}`);

const notSources = new Set(["node_modules", "dist", "coverage"]);

const listSources = (root: string, folder: string, deep = true): readonly string[] => {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = inFolder(folder, entry.name);
    if (entry.isDirectory())
      return deep && !notSources.has(entry.name) && !entry.name.startsWith(".") ? listSources(root, path) : [];
    return /\.(ts|tsx|mts|cts|js|jsx|mjs|cjs)$/.test(entry.name) ? [path] : [];
  });
};
