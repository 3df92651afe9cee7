import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * The folders of the workspace, relative to `root`, sorted: what the `packages` list of pnpm-workspace.yaml names and
 * what holds a package.json. The list may say `folder` or `folder/*`; anything cleverer is an error, not a guess.
 * @param {string} root
 * @returns {string[]}
 */
export const workspaceFolders = (root) =>
  workspacePatterns(readFileSync(join(root, "pnpm-workspace.yaml"), "utf8"))
    .flatMap((pattern) => expand(root, pattern))
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .sort();

/** @param {string} yaml @returns {string[]} */
const workspacePatterns = (yaml) => {
  const lines = yaml.split(/\r?\n/);
  const start = lines.indexOf("packages:");
  if (start < 0) throw new Error('pnpm-workspace.yaml has no "packages:" list');
  const patterns = [];
  for (const line of lines.slice(start + 1)) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const item = /^\s*-\s+["']?([^"'#\s]+)["']?\s*(#.*)?$/.exec(line);
    if (item?.[1] === undefined) break; // the next key
    patterns.push(item[1]);
  }
  return patterns;
};

/** @param {string} root @param {string} pattern @returns {string[]} */
const expand = (root, pattern) => {
  const folder = pattern.replace(/\/\*$/, "");
  if (/[*?![\]{}]/.test(folder)) throw new Error(`pnpm-workspace.yaml: cannot expand the pattern ${pattern}`);
  if (folder === pattern) return [folder];
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${folder}/${entry.name}`);
};
