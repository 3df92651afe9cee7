import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Run, Script } from "./run.ts";

const folder = fileURLToPath(new URL("regressions/", import.meta.url));

/** A run that once broke a promise. `broke`: what it was; `fault`: what was wrong with the code, when that is known. */
export type Regression = Readonly<{ name: string; broke: readonly string[]; fault?: string; script: Script }>;

export const readRegressions = (): readonly Regression[] =>
  globSync("*.json", { cwd: folder })
    .toSorted()
    .map((name) => JSON.parse(readFileSync(folder + name, "utf8")) as Regression); // what saveRegression wrote

/** Answers the file. */
export const saveRegression = (name: string, script: Script, run: Run): string => {
  mkdirSync(folder, { recursive: true });
  const path = `${folder}${name}.json`;
  writeFileSync(path, `${JSON.stringify({ name, broke: run.broken, script }, null, 2)}\n`);
  return path;
};
