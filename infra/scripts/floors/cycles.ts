import { posix } from "node:path";
import { isRelative, packageName } from "./imports.ts";
import type { Violation } from "./violation.ts";
import type { Workspace } from "./workspace.ts";

/** From a node to each that it needs, with the place of the import that says so. */
type Graph = Map<string, Map<string, Readonly<{ path: string; line: number }>>>;

/** Cycles of imports that happen at run time: between files, and between packages (tests left out, which nothing imports). */
export const checkCycles = (house: readonly Workspace[]): readonly Violation[] => {
  const files: Graph = new Map();
  const packages: Graph = new Map();
  const byName = new Map(
    house.flatMap((workspace) => (workspace.manifest.name === undefined ? [] : [[workspace.manifest.name, workspace]])),
  );

  for (const workspace of house) {
    for (const file of workspace.files) {
      for (const { specifier, line, erased, lazy } of file.imports) {
        if (erased || lazy) continue;
        const target = isRelative(specifier) ? null : (byName.get(packageName(specifier)) ?? null);
        const targetFile = isRelative(specifier)
          ? posix.join(posix.dirname(file.path), specifier)
          : target && doorOf(target, specifier);
        if (targetFile !== null) addEdge(files, file.path, targetFile, { path: file.path, line });
        if (target && target !== workspace && !file.isDevelopment)
          addEdge(packages, workspace.folder, target.folder, { path: file.path, line });
      }
    }
  }
  return [...findCycles(files, "files"), ...findCycles(packages, "packages")];
};

const addEdge = (graph: Graph, from: string, to: string, place: Readonly<{ path: string; line: number }>): void => {
  const edges = graph.get(from) ?? new Map();
  graph.set(from, edges);
  if (!edges.has(to)) edges.set(to, place);
};

/** The file behind a package's name: the first target of its `exports` entry that is one of its sources. */
const doorOf = ({ folder, manifest, files }: Workspace, specifier: string): string | null => {
  const key = `.${specifier.slice(packageName(specifier).length)}`;
  const entry =
    typeof manifest.exports === "object" && manifest.exports !== null
      ? new Map(Object.entries(manifest.exports)).get(key)
      : key === "."
        ? manifest.exports
        : undefined;
  const targets = leaves(entry).map((target) => posix.join(folder, target));
  return targets.find((target) => files.some(({ path }) => path === target)) ?? null;
};

const leaves = (entry: unknown): readonly string[] => {
  if (typeof entry === "string") return [entry];
  return typeof entry === "object" && entry !== null ? Object.values(entry).flatMap(leaves) : [];
};

/** One violation for each knot (strongly connected part): the shortest way round from its first node. */
const findCycles = (graph: Graph, kind: string): readonly Violation[] => {
  const seen = new Set<string>();
  return [...graph.keys()].sort().flatMap((start): readonly Violation[] => {
    if (seen.has(start)) return [];
    const cycle = shortestCycle(graph, start);
    if (cycle === null) return [];
    for (const node of reachable(graph, start)) if (reachable(graph, node).has(start)) seen.add(node);
    const [, second = start] = cycle;
    const place = graph.get(start)?.get(second) ?? { path: start, line: 1 };
    return [{ ...place, rule: "cycle", what: `${kind} that need each other at run time: ${cycle.join(" → ")}` }];
  });
};

/** Breadth first from `start` back to itself; null when there is no way. */
const shortestCycle = (graph: Graph, start: string): readonly string[] | null => {
  const ways: (readonly string[])[] = [[start]];
  const visited = new Set<string>();
  for (const way of ways) {
    for (const next of graph.get(way.at(-1) ?? start)?.keys() ?? []) {
      if (next === start) return [...way, start];
      if (!visited.has(next)) ways.push([...way, next]);
      visited.add(next);
    }
  }
  return null;
};

const reachable = (graph: Graph, start: string): ReadonlySet<string> => {
  const found = new Set<string>([start]);
  for (const node of found) for (const next of graph.get(node)?.keys() ?? []) found.add(next);
  return found;
};
