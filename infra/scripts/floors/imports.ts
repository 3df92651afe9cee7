import { isBuiltin } from "node:module";
import { posix } from "node:path";
import type { Import, SourceFile } from "./source-file.ts";
import { foreignAllowed, isOwnOnly, isPortable, isPure, refuseImport } from "./table.ts";
import { lineOf, type Violation } from "./violation.ts";
import type { Dependencies, Workspace } from "./workspace.ts";

/** Direction, declaration and purity of every import, and the manifests behind them. */
export const checkImports = (house: readonly Workspace[]): readonly Violation[] => {
  const root = house.find(({ folder }) => folder === "");
  const byName = new Map(
    house.flatMap((workspace) => (workspace.manifest.name === undefined ? [] : [[workspace.manifest.name, workspace]])),
  );
  return house.flatMap((workspace) => [
    ...checkPlace(workspace),
    ...workspace.files.flatMap((file) => [
      ...checkFile(workspace, file),
      ...file.imports.flatMap((imported) =>
        checkImport({ workspace, file, imported, byName, rootTools: root?.manifest.devDependencies ?? {} }),
      ),
    ]),
    ...checkUnused(workspace, byName),
    ...checkForeign(workspace, byName),
  ]);
};

const checkPlace = ({ place, manifestPath }: Workspace): readonly Violation[] =>
  place.kind === "unknown"
    ? [{ path: manifestPath, line: 1, rule: "floor", what: `${place.folder} has no row in the table of floors` }]
    : [];

const checkFile = (
  { place }: Workspace,
  { path, fault, impurities, isDevelopment }: SourceFile,
): readonly Violation[] => {
  if (fault) return [{ path, line: fault.line, rule: "syntax", what: fault.message }];
  if (isDevelopment) return [];
  if (isPure(place)) return impurities.map(({ line, what }) => ({ path, line, rule: "pure", what: inPureFloor(what) }));
  if (!isPortable(place)) return [];
  return impurities
    .filter(({ missing }) => missing)
    .map(({ line, what }) => ({ path, line, rule: "pure", what: inPortableFloor(what) }));
};

const inPureFloor = (what: string): string => `${what} in a pure floor`;
const inPortableFloor = (what: string): string => `${what} below the adapters, where the library may not find it`;

type ImportContext = Readonly<{
  workspace: Workspace;
  file: SourceFile;
  imported: Import;
  byName: ReadonlyMap<string, Workspace>;
  rootTools: Dependencies;
}>;

const checkImport = (context: ImportContext): readonly Violation[] => {
  const { workspace, file, imported, byName } = context;
  const { specifier, line } = imported;
  const found = (rule: Violation["rule"], what: string): readonly Violation[] => [
    { path: file.path, line, rule, what },
  ];

  if (isRelative(specifier)) {
    const target = posix.join(posix.dirname(file.path), specifier);
    if (workspace.folder !== "" && !target.startsWith(`${workspace.folder}/`)) {
      return found("boundary", `${specifier} leaves ${workspace.folder}; import the package by its name`);
    }
    const isForTests = workspace.files.some(({ path, isDevelopment }) => path === target && isDevelopment);
    return isForTests && !file.isDevelopment && shipped(workspace)
      ? found("boundary", `${specifier} is for tests`)
      : [];
  }
  if (isBuiltin(specifier)) {
    if (file.isDevelopment || !isPortable(workspace.place)) return [];
    return found("pure", isPure(workspace.place) ? inPureFloor(specifier) : inPortableFloor(specifier));
  }

  const name = packageName(specifier);
  const target = byName.get(name);
  if (target === workspace)
    return found("boundary", `${name} imports itself by name; files inside import each other directly`);
  const refusal = target ? refuseImport(workspace.place, target.place, file.isDevelopment) : null;
  if (refusal !== null) return found("floor", `${specifier}: ${refusal}`);
  return isDeclared(context, name)
    ? []
    : found("undeclared", `${name} is not in the ${sectionsFor(context)} of ${workspace.manifestPath}`);
};

export const isRelative = (specifier: string): boolean => /^\.{1,2}(\/|$)/.test(specifier);

/** `@scope/name` or `name`, without what lies inside the package. */
export const packageName = (specifier: string): string =>
  specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");

/** Tests and types need a package only while we develop; so does all of testkit, which never ships, and the root. */
const needsOnlyInDevelopment = ({ workspace, file, imported }: ImportContext): boolean =>
  file.isDevelopment || imported.erased || !shipped(workspace);

const shipped = ({ place }: Workspace): boolean => place.kind !== "testkit" && place.kind !== "infra";

const isDeclared = (context: ImportContext, name: string): boolean => {
  const { manifest } = context.workspace;
  if (name in runTimeDependencies(manifest)) return true;
  return needsOnlyInDevelopment(context) && (name in (manifest.devDependencies ?? {}) || name in context.rootTools);
};

const sectionsFor = (context: ImportContext): string =>
  needsOnlyInDevelopment(context) ? "dependencies or devDependencies" : "dependencies";

const runTimeDependencies = ({
  dependencies,
  optionalDependencies,
  peerDependencies,
}: Workspace["manifest"]): Dependencies => ({
  ...dependencies,
  ...optionalDependencies,
  ...peerDependencies,
});

const checkUnused = (workspace: Workspace, byName: ReadonlyMap<string, Workspace>): readonly Violation[] => {
  const { files, manifest, manifestPath, manifestText } = workspace;
  const usedBy = (name: string): readonly SourceFile[] =>
    files.filter(({ imports }) => imports.some(({ specifier }) => packageName(specifier) === name));
  const found = (name: string, what: string): Violation => ({
    path: manifestPath,
    line: lineOf(manifestText, `"${name}":`),
    rule: "unused",
    what,
  });

  const declared = [
    ...new Set([...Object.keys(runTimeDependencies(manifest)), ...Object.keys(manifest.devDependencies ?? {})]),
  ];
  return declared
    .filter((name) => byName.has(name))
    .flatMap((name) => {
      const users = usedBy(name);
      if (users.length === 0) return [found(name, `${name} is declared and never imported`)];
      const shipped = name in runTimeDependencies(manifest) && workspace.place.kind !== "testkit";
      return shipped && users.every((file) => file.isDevelopment)
        ? [found(name, `${name} is imported by tests only: it belongs in devDependencies`)]
        : [];
    });
};

const checkForeign = (
  { place, manifest, manifestPath, manifestText }: Workspace,
  byName: ReadonlyMap<string, Workspace>,
): readonly Violation[] => {
  if (!isOwnOnly(place)) return [];
  return Object.keys(runTimeDependencies(manifest))
    .filter((name) => !byName.has(name) && !foreignAllowed.includes(name))
    .map((name) => ({
      path: manifestPath,
      line: lineOf(manifestText, `"${name}":`),
      rule: "third-party",
      what: `${name} is a foreign run-time dependency; floors 0–4 have none but ${foreignAllowed.join(", ")}`,
    }));
};
