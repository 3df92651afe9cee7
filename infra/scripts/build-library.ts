// Builds @meter/core as a package that stands alone: `node infra/scripts/build-library.ts [output folder]`. Plain
// JavaScript, for `import` a file for each module, for `require` and for browsers without a bundler one file each, and
// declarations, for Node 20 and later, browsers and edge workers, without any dependency. The folder is what `npm pack` and
// `npm publish` take.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { bundle } from "./library/bundle.ts";
import { copyDeclarations } from "./library/declarations.ts";

const root = resolve(import.meta.dirname, "../..");

/** Where the build goes unless it is told otherwise. */
export const libraryFolder: string = join(root, "packages/core/dist/lib");

/** Throws when a type is wrong, or when something in it needs Node or a package that is not bundled. */
export const buildLibrary = async (out: string = libraryFolder): Promise<void> => {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const { licenses } = await bundle(join(root, "packages/core/src/index.ts"), out);
  compileTypes();
  copyDeclarations(root, out);
  writeFileSync(join(out, "index.js"), `export * from "./modules/core/index.js";\n`);
  writeFileSync(join(out, "THIRD-PARTY-LICENSES.txt"), licenses);
  copyFileSync(join(root, "LICENSE"), join(out, "LICENSE"));
  const guide = readFileSync(join(root, "docs/guides/library.md"), "utf8");
  writeFileSync(join(out, "README.md"), guide.replace(/\[([^\]]*)\]\((?!https:)[^)]*\)/g, "$1")); // links into the repository
  writeFileSync(join(out, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
};

const compileTypes = (): void => {
  const compiler = join(root, "node_modules/.bin/tsc");
  const { status, stdout } = spawnSync(compiler, ["-b", "packages/core"], { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`types of packages/core:\n${stdout}`);
};

const manifest = (): object => {
  const { name, version, license } = JSON.parse(readFileSync(join(root, "packages/core/package.json"), "utf8"));
  return {
    name,
    version,
    description: "Usage metering and exact, explained prices, in memory or over your own stores.",
    license,
    type: "module",
    sideEffects: false,
    engines: { node: ">=20" },
    main: "./index.cjs",
    types: "./index.d.ts",
    exports: {
      ".": {
        import: { types: "./index.d.ts", default: "./index.js" },
        require: { types: "./index.d.cts", default: "./index.cjs" },
      },
      "./bundle": { types: "./index.d.ts", default: "./bundle.js" },
    },
  };
};

if (import.meta.main) {
  const out = resolve(process.argv[2] ?? libraryFolder);
  await buildLibrary(out);
  console.log(`library: built in ${out}`);
}
