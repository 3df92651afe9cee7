import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { build, type BuildEnvironmentOptions, type Plugin, type Rolldown } from "vite";

type Chunk = Rolldown.OutputChunk;

/**
 * Everything that `entry` needs, three times in `out`: a file for each module under `modules/`, so that a bundler takes only
 * what is used; all in one file as an ES module, `bundle.js`, and as CommonJS, `index.cjs`. `licenses`: of the packages in
 * it that are not ours.
 */
export const bundle = async (entry: string, out: string): Promise<Readonly<{ licenses: string }>> => {
  const single = await buildChunks(out, {
    lib: { entry, formats: ["es", "cjs"], fileName: (format) => (format === "es" ? "bundle.js" : "index.cjs") },
  });
  const modules = await buildChunks(out, {
    lib: { entry, formats: ["es"] },
    rolldownOptions: {
      treeshake: { moduleSideEffects: false }, // importing a module of ours does nothing
      output: { preserveModules: true, entryFileNames: ({ name }) => `modules/${toModulePath(name)}.js` },
    },
  });
  if (single.length !== 2 || single.some(({ imports, dynamicImports }) => [...imports, ...dynamicImports].length > 0)) {
    throw new Error(
      `each format must be one file that imports nothing: ${single.map(({ fileName }) => fileName).join()}`,
    );
  }
  return { licenses: collectLicenses([...single, ...modules].flatMap(({ moduleIds }) => moduleIds)) };
};

const buildChunks = async (out: string, options: BuildEnvironmentOptions): Promise<readonly Chunk[]> => {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    plugins: [refuseBuiltins],
    build: {
      outDir: out,
      emptyOutDir: false,
      target: "es2022",
      minify: false,
      reportCompressedSize: false,
      ...options,
    },
  });
  const outputs = Array.isArray(built) ? built : "output" in built ? [built] : [];
  return outputs.flatMap(({ output }) => output.flatMap((part) => (part.type === "chunk" ? [part] : [])));
};

/** `packages/core/src/index` → `core/index`; a module of another package → `vendor/PACKAGE/…`: npm packs no node_modules. */
const toModulePath = (name: string): string =>
  name
    .replace(/^.*node_modules\//, "vendor/")
    .replace(/^packages\//, "")
    .replace(/^([^/]+)\/src\//, "$1/");

/** Vite would put an empty module in the place of a built-in one. */
const refuseBuiltins: Plugin = {
  name: "refuse-builtins",
  enforce: "pre",
  resolveId: (source, importer) => {
    if (isBuiltin(source)) throw new Error(`${importer} imports ${source}, which browsers do not have`);
  },
};

const collectLicenses = (modules: readonly string[]): string => {
  const folders = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []));
  return [...folders]
    .toSorted()
    .map(toLicense)
    .join(`\n${"-".repeat(80)}\n\n`);
};

const toLicense = (folder: string): string => {
  const { name, version, license, copyright, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = existsSync(folder) ? readdirSync(folder).find((one) => /^licen[cs]e(\.|$)/i.test(one)) : undefined;
  const text =
    file === undefined
      ? `Copyright ${copyright ?? ""} ${author?.name ?? author ?? ""}`
      : readFileSync(join(folder, file), "utf8");
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
};
