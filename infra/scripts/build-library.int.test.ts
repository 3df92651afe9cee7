import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildLibrary } from "./build-library.ts";

// The built package as a user has it: packed, installed into an empty project, and run outside of the repository.

const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

/** The Node that came with the machine, where it is of another major version than the pinned one. */
const otherNode =
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "node"))
    .filter((path) => existsSync(path) && !realpathSync(path).startsWith(root))
    .find((path) => {
      const major = Number(execFileSync(path, ["-p", "process.versions.node.split('.')[0]"], { encoding: "utf8" }));
      return major >= 20 && major !== Number(process.versions.node.split(".")[0]);
    }) ?? null;

/** Each script of a page, and what the page says that it prints. */
const scriptsOf = (path: string): readonly Readonly<{ script: string; output: string }>[] => {
  const text = readFileSync(join(root, path), "utf8");
  return [...text.matchAll(/^```js\n(.*?)^```\n\n^```text\n(.*?)^```$/gms)].map(([, script = "", output = ""]) => ({
    script,
    output,
  }));
};

const readme = scriptsOf("README.md");
const guide = scriptsOf("docs/guides/library.md");

const project = realpathSync(mkdtempSync(join(tmpdir(), "meter-library-")));
afterAll(() => rmSync(project, { recursive: true, force: true }));
beforeAll(async () => {
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module", private: true }));
  await buildLibrary(join(project, "lib"));
  const { stdout } = await run("npm", ["pack", "./lib", "--json", "--ignore-scripts"], { cwd: project });
  const [{ filename }] = JSON.parse(stdout);
  await run("npm", ["install", `./${filename}`, "--offline", "--no-audit", "--no-fund"], { cwd: project });
});

describe("the package", () => {
  test("is installed alone, and is what the documentation says", () => {
    expect(readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["@meter"]);
    const installed = join(project, "node_modules/@meter/core");
    expect(readdirSync(installed).toSorted()).toEqual(
      [
        "LICENSE",
        "README.md",
        "THIRD-PARTY-LICENSES.txt",
        "bundle.js",
        "index.cjs",
        "index.d.cts",
        "index.d.ts",
        "index.js",
        "modules",
        "package.json",
        "types",
      ].toSorted(),
    );
    expect(readFileSync(join(installed, "THIRD-PARTY-LICENSES.txt"), "utf8")).toMatch(/^temporal-polyfill .*\(MIT\)$/m);
    expect(readFileSync(join(installed, "bundle.js"), "utf8")).not.toMatch(/^import /m);
    expect(readFileSync(join(installed, "index.cjs"), "utf8")).not.toMatch(/\brequire\(/);
  });

  test("one function of it costs a bundle what that function needs, and no more", async () => {
    const bytes = async (script: string): Promise<number> => {
      const entry = join(project, "bundled.js");
      writeFileSync(entry, script);
      const built = await build({
        configFile: false,
        logLevel: "error",
        root: project,
        build: { write: false, minify: true, target: "es2022", lib: { entry, formats: ["es"], fileName: "out" } },
      });
      const [output] = Array.isArray(built) ? built : [];
      const [chunk] = output?.output ?? [];
      return chunk?.type === "chunk" ? Buffer.byteLength(chunk.code) : Number.NaN;
    };
    expect(await bytes(`export { add } from "@meter/core";`)).toBeLessThan(1_000);
    expect(await bytes(`export { dec, multiply, formatDecimal } from "@meter/core";`)).toBeLessThan(4_000);
    expect(await bytes(`export { createPricing, builtInModels } from "@meter/core";`)).toBeLessThan(40_000);
  });

  test("type-checks, every declaration of it, against the language alone and with a browser's types", async () => {
    const use = `
      import { createMeter, type Instant, type MeterError, type Result, verify } from "@meter/core";
      const meter = createMeter({ clock: { now: () => 0 as Instant }, eventsMax: 10 });
      await meter.define({ key: "calls", eventType: "call", aggregation: "count" });
      // @ts-expect-error there is no such aggregation
      await meter.define({ key: "calls", eventType: "call", aggregation: "COUNT" });
      // @ts-expect-error a number loses digits
      meter.rate({ quantity: 3, currency: "USD", price: { type: "unit", amount: "1" } });
      // @ts-expect-error a price of no model
      meter.rate({ quantity: "3", currency: "USD", price: { type: "tiered", mode: "graduated", tiers: [] } });
      // @ts-expect-error a log without its usage
      createMeter({ log: { append: async () => ({ ok: true, value: { appended: 0, duplicates: 0 } }), head: async () => [] } });
      const quantity: string = await meter.quantity("calls");
      const { explanation } = meter.rate({ quantity, currency: "USD", price: { type: "unit", amount: "1" } });
      export const checked: Result<null, unknown> = verify(explanation);
      export type { MeterError };`;
    writeFileSync(join(project, "use.ts"), use);
    const require = `
      import core = require("@meter/core");
      export const quantity: Promise<string> = core.createMeter().quantity("calls");`;
    writeFileSync(join(project, "use.cts"), require);
    const options = { target: "es2022", strict: true, noEmit: true, skipLibCheck: false, types: [] };
    for (const [name, more] of Object.entries({
      language: { module: "node16", lib: ["es2022"] },
      browser: { module: "nodenext", lib: ["es2023", "dom"] },
      exact: { module: "nodenext", lib: ["esnext", "dom"], exactOptionalPropertyTypes: true },
    })) {
      const config = { compilerOptions: { ...options, ...more }, files: ["use.ts", "use.cts"] };
      writeFileSync(join(project, `tsconfig.${name}.json`), JSON.stringify(config));
      const checked = run(join(root, "node_modules/.bin/tsc"), ["-p", `tsconfig.${name}.json`], { cwd: project });
      const complaints: unknown = await checked.then(
        ({ stdout }) => stdout,
        ({ stdout }) => stdout,
      );
      expect(complaints).toBe("");
    }
  });
});

describe("the scripts of the documentation print what they say", () => {
  test("the README has one of ten lines, which the guide explains", () => {
    expect(readme).toHaveLength(1);
    expect(guide[0]).toEqual(readme[0]);
    const lines = readme[0]?.script.split("\n").filter((line) => line !== "") ?? [];
    expect(lines[0]).toContain(`from "@meter/core"`);
    expect(lines).toHaveLength(10);
    const blocks = readFileSync(join(root, "docs/guides/library.md"), "utf8").match(/^```js$/gm);
    expect(guide).toHaveLength(blocks?.length ?? 0);
  });

  describe.each([
    { node: process.execPath, which: "the pinned Node" },
    { node: otherNode, which: "the machine's own Node" },
  ])("on $which", ({ node }) => {
    test.skipIf(node === null).each(guide.map(({ script, output }, index) => ({ index, script, output })))(
      "script $index",
      async ({ index, script, output }) => {
        const path = join(project, `script-${index}.mjs`);
        writeFileSync(path, script);
        const { stdout, stderr } = await run(node ?? "", [path], { cwd: project });
        expect(stdout).toBe(output);
        expect(stderr).toBe("");
      },
    );

    test.skipIf(node === null)("required, the first script prints the same", async () => {
      const [first] = guide;
      const script = first?.script.replace(/^import (.*) from (.*);$/m, "const $1 = require($2);") ?? "";
      const path = join(project, "script.cjs");
      writeFileSync(path, `(async () => {\n${script}\n})();`);
      expect(await run(node ?? "", [path], { cwd: project })).toEqual({ stdout: first?.output, stderr: "" });
    });
  });

  test("in one file, in a world that has only what browsers and workers have", async () => {
    writeFileSync(join(project, "script-in-browser.mjs"), readme[0]?.script ?? "");
    const world = join(import.meta.dirname, "library/browser-world.mjs");
    const { stdout } = await run(
      process.execPath,
      ["--experimental-vm-modules", "--no-warnings", world, "script-in-browser.mjs"],
      { cwd: project },
    );
    expect(stdout).toBe(readme[0]?.output);
  });
});
