import { readFile } from "node:fs/promises";
import type { ProblemCode } from "./table.ts";

/** The page of a problem as Markdown; null when it is not there. */
export type ReadProblemPage = (code: ProblemCode) => Promise<string | null>;

/** Reads `<code>.md` from a directory: docs/problems of the repository, or a copy of it beside a bundle. */
export const problemPagesIn =
  (directory: URL): ReadProblemPage =>
  async (code) => {
    try {
      return await readFile(new URL(`${code}.md`, directory), "utf8");
    } catch {
      return null;
    }
  };
