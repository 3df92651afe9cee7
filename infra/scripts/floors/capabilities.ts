import { posix } from "node:path";
import { isRelative } from "./imports.ts";
import { capabilities } from "./table.ts";
import type { Violation } from "./violation.ts";
import type { Workspace } from "./workspace.ts";

/** Arrows between the folders of a package that is laid out by capability: each imports those before it, types included. */
export const checkCapabilities = (house: readonly Workspace[]): readonly Violation[] =>
  house.flatMap(({ folder, files }) => {
    const order = capabilities.get(folder);
    if (order === undefined) return [];
    const source = `${folder}/src/`;
    return files
      .filter(({ isDevelopment }) => !isDevelopment)
      .flatMap(({ path, imports }): readonly Violation[] => {
        const from = capabilityOf(path, source);
        if (from === null) return []; // what composes the capabilities
        const place = order.indexOf(from);
        if (place < 0)
          return [{ path, line: 1, rule: "capability", what: `${from} has no place among the capabilities` }];
        return imports
          .filter(({ specifier }) => isRelative(specifier))
          .flatMap(({ specifier, line }): readonly Violation[] => {
            const to = capabilityOf(posix.join(posix.dirname(path), specifier), source);
            if (to !== null && (to === from || order.indexOf(to) < place)) return [];
            const what = to === null ? `${from} imports what composes the capabilities` : `${from} comes before ${to}`;
            return [{ path, line, rule: "capability", what }];
          });
      });
  });

/** The folder below `src`; null for a file that lies in `src` itself. */
const capabilityOf = (path: string, source: string): string | null => {
  const [folder, file] = path.startsWith(source) ? path.slice(source.length).split("/") : [];
  return folder === undefined || file === undefined ? null : folder;
};
