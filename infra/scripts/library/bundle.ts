import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { build, type Plugin } from "vite";

/** Everything that `entry` needs, in one file `index.js` in `out`; `licenses`: of the packages in it that are not ours. */
export const bundle = async (entry: string, out: string): Promise<Readonly<{ licenses: string }>> => {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    plugins: [refuseBuiltins],
    build: {
      lib: { entry, formats: ["es"], fileName: () => "index.js" },
      outDir: out,
      emptyOutDir: false,
      target: "es2022",
      minify: false,
      reportCompressedSize: false,
    },
  });
  const [output] = Array.isArray(built) ? built : [];
  const chunks = (output?.output ?? []).flatMap((part) => (part.type === "chunk" ? [part] : []));
  const [chunk] = chunks;
  if (chunk === undefined || chunks.length > 1 || chunk.imports.length > 0 || chunk.dynamicImports.length > 0) {
    throw new Error(
      `the library must be one file that imports nothing: ${chunks.map(({ fileName }) => fileName).join()}`,
    );
  }
  return { licenses: collectLicenses(chunk.moduleIds) };
};

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
