import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { lineOf, type Violation } from "./violation.ts";
import { inFolder, type Workspace } from "./workspace.ts";

/**
 * Each workspace's tsconfig.json refers to the projects of its workspace dependencies, no more (one of its
 * devDependencies may be there: tests can need it, but not when it needs us) and no less; the root's refers to every
 * project of the house.
 */
export const checkReferences = (root: string, house: readonly Workspace[]): readonly Violation[] => {
  const folderByName = new Map(house.map(({ manifest, folder }) => [manifest.name ?? "", folder]));
  const projects = house
    .filter(({ folder }) => folder !== "")
    .flatMap((workspace) => listProjects(root, workspace.folder));
  const everything = [...projects, ...listFolders(root, "infra").flatMap((folder) => listProjects(root, folder))];

  return [
    ...house
      .filter(({ folder, files }) => folder !== "" && files.length > 0)
      .flatMap((workspace) => checkProject(root, workspace, folderByName)),
    ...compare(root, "tsconfig.json", { required: everything, allowed: everything }),
  ];
};

const checkProject = (
  root: string,
  { folder, manifest }: Workspace,
  folderByName: ReadonlyMap<string, string>,
): readonly Violation[] => {
  const projectsOf = (names: readonly string[]): readonly string[] =>
    names.flatMap((name) => folderByName.get(name) ?? []).map((dependency) => inFolder(dependency, "tsconfig.json"));
  const required = projectsOf(
    Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies }),
  );
  const allowed = [...required, ...projectsOf(Object.keys(manifest.devDependencies ?? {}))];
  return compare(root, inFolder(folder, "tsconfig.json"), { required, allowed });
};

type Expectation = Readonly<{ required: readonly string[]; allowed: readonly string[] }>;

const compare = (root: string, path: string, { required, allowed }: Expectation): readonly Violation[] => {
  const found = (line: number, what: string): Violation => ({ path, line, rule: "references", what });
  if (!existsSync(join(root, path))) return [found(1, "is missing: what is not a project is not type-checked")];
  const text = readFileSync(join(root, path), "utf8");
  const references = readReferences(text);
  if (references === null) return [found(1, "is not plain JSON with a list of references")];

  const resolved = references.map((reference) => ({ reference, project: toProject(path, reference) }));
  const missing = required.filter((project) => resolved.every((one) => one.project !== project));
  const extra = resolved.filter(({ project }) => !allowed.includes(project));
  return [
    ...missing.map((project) => found(lineOf(text, '"references"'), `does not refer to ${project}`)),
    ...extra.map(({ reference, project }) =>
      found(lineOf(text, `"${reference}"`), `refers to ${project}, which is not a workspace dependency`),
    ),
  ];
};

const readReferences = (text: string): readonly string[] | null => {
  try {
    const config: Readonly<{ references?: readonly Readonly<{ path: string }>[] }> = JSON.parse(text);
    return (config.references ?? []).map(({ path }) => path);
  } catch {
    return null;
  }
};

/** The configuration file that a reference in `from` means: itself, or the tsconfig.json of a folder. */
const toProject = (from: string, reference: string): string => {
  const target = posix.join(posix.dirname(from), reference);
  return target.endsWith(".json") ? target : posix.join(target, "tsconfig.json");
};

/** tsconfig.json and any tsconfig.*.json beside it (tests that need a project of their own). */
const listProjects = (root: string, folder: string): readonly string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder))
        .filter((file) => /^tsconfig(\.[\w-]+)?\.json$/.test(file))
        .map((file) => inFolder(folder, file))
    : [];

const listFolders = (root: string, folder: string): readonly string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => inFolder(folder, entry.name))
    : [];
