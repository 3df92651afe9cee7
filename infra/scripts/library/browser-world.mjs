// Runs a script that imports @meter/core, the bundle, in a world of its own: the language, and of the platform only what browsers and
// edge workers have, too. No `process`, no `Buffer`, no `require`, no built-in modules, no `Temporal`.
// `node --experimental-vm-modules browser-world.mjs SCRIPT`
import { readFileSync } from "node:fs";
import { createContext, runInContext, SourceTextModule } from "node:vm";

const world = createContext({
  console,
  crypto,
  performance,
  TextEncoder,
  TextDecoder,
  URL,
  AbortController,
  AbortSignal,
});
runInContext("delete globalThis.Temporal", world);

const library = "node_modules/@meter/core/bundle.js";

/** @param {string} path */
const load = (path) => new SourceTextModule(readFileSync(path, "utf8"), { context: world, identifier: path });

const script = load(process.argv[2] ?? "");
await script.link((specifier) => {
  if (specifier === "@meter/core") return load(library);
  throw new Error(`there is no ${specifier} in a browser`);
});
await script.evaluate();
