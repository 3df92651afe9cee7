import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import type * as exploring from "./explore.ts";
import type * as random from "./random.ts";
import { type Rule, rules } from "./rules.ts";
import type * as runs from "./run.ts";
import type * as shrinking from "./shrink.ts";

/** What a copy of the product without one rule offers. */
export type Copy = Readonly<{
  runs: typeof runs;
  random: typeof random;
  shrinking: typeof shrinking;
  exploring: typeof exploring;
}>;

const root = new URL("../../../../", import.meta.url);
const packages = new URL("packages/", root).href;
const marker = "?without=";

/**
 * Loads the simulation and the product again, as modules of their own, from text in which one rule is switched off. The
 * files on disk, and the modules that are loaded already, stay as they are.
 */
export const loadWithout = async (rule: Rule): Promise<Copy> => {
  installHooks();
  const load = async <Name extends keyof Copy>(file: string): Promise<Copy[Name]> =>
    (await import(`${new URL(file, import.meta.url).href}${marker}${encodeURIComponent(rule.name)}`)) as Copy[Name];
  return {
    runs: await load<"runs">("run.ts"),
    random: await load<"random">("random.ts"),
    shrinking: await load<"shrinking">("shrink.ts"),
    exploring: await load<"exploring">("explore.ts"),
  };
};

let installed = false;

const installHooks = (): void => {
  if (installed) return;
  installed = true;
  registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context);
      const [, without] = context.parentURL?.split(marker) ?? [];
      return without === undefined || !resolved.url.startsWith(packages) || resolved.url.includes(marker)
        ? resolved
        : { ...resolved, url: `${resolved.url}${marker}${without}` };
    },
    load: (url, context, next) => {
      const [path, without] = url.split(marker);
      if (path === undefined || without === undefined) return next(url, context);
      const rule = rules.find(({ name }) => name === decodeURIComponent(without));
      const source = readFileSync(fileURLToPath(path), "utf8");
      const isChanged = rule !== undefined && path === new URL(rule.file ?? rule.livesIn, root).href;
      return { format: "module-typescript", source: isChanged ? change(rule, source) : source, shortCircuit: true };
    },
  });
};

/** Throws when the code does not say what the rule expects it to say, exactly once. */
export const change = ({ name, from, to }: Rule, source: string): string => {
  if (source.split(from).length !== 2)
    throw new Error(`rule "${name}": its text is not there once, but ${source.split(from).length - 1} times`);
  return source.replace(from, () => to);
};
