import { describe, expect, test } from "vitest";
import { checkFloors } from "./check-floors.ts";
import { formatViolation } from "./floors/violation.ts";
import { createTempTree } from "./testing/temp-tree.ts";

type Part = Readonly<{
  dependencies?: readonly string[];
  devDependencies?: readonly string[];
  references?: readonly string[];
  files: Readonly<Record<string, string>>;
}>;

type House = Readonly<Record<string, Part>>;

const scoped = (folder: string): string => `@meter/${folder.slice(folder.lastIndexOf("/") + 1)}`;

const versions = (names: readonly string[] = []): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, name.startsWith("@meter/") ? "workspace:*" : "1.0.0"]));

/** Writes manifests and projects that fit the parts, unless a part says otherwise, and lists what the check finds. */
const check = (house: House, rootFiles: Readonly<Record<string, string>> = {}): readonly string[] => {
  const folders = Object.keys(house);
  const files: Record<string, string> = {
    "pnpm-workspace.yaml": "packages:\n  - packages/*\n  - apps/*\n  - docs/examples/*\n",
    "package.json": JSON.stringify({ name: "meter", devDependencies: versions(["vitest"]) }),
    "tsconfig.json": JSON.stringify({ references: folders.map((path) => ({ path })) }),
    ...rootFiles,
  };
  for (const [folder, { dependencies, devDependencies, references, files: sources }] of Object.entries(house)) {
    const up = "../".repeat(folder.split("/").length);
    const needed = (dependencies ?? []).filter((name) => folders.some((one) => scoped(one) === name));
    const paths = references ?? needed.map((name) => up + (folders.find((one) => scoped(one) === name) ?? ""));
    files[`${folder}/package.json`] = JSON.stringify(
      {
        name: scoped(folder),
        exports: { ".": "./src/index.ts" },
        dependencies: versions(dependencies),
        devDependencies: versions(devDependencies),
      },
      null,
      1,
    );
    files[`${folder}/tsconfig.json`] = JSON.stringify({ references: paths.map((path) => ({ path })) });
    for (const [path, text] of Object.entries(sources)) files[`${folder}/${path}`] = text;
  }
  return checkFloors(createTempTree(files)).map(formatViolation);
};

const primitives: Part = { files: { "src/index.ts": "export const one = 1;" } };
const events: Part = { files: { "src/index.ts": "export type E = 1;" } };

describe("a house in order has no violations", () => {
  test("every floor, tests with testkit, scripts, an app that wires another", () => {
    const house: House = {
      "packages/primitives": primitives,
      "packages/events": {
        dependencies: ["@meter/primitives", "zod"],
        files: {
          "src/index.ts": `import { one } from "@meter/primitives"; import { z } from "zod"; export { one, z }; export * from "./key.ts";`,
          "src/key.ts": `export const at = (ms: number) => new Date(ms).toISOString() + Date.UTC(2026) + Math.max(1, 2);`,
          "src/key.test.ts": `import { readFileSync } from "node:fs"; import { test } from "vitest"; test("x", () => { process.exit(); Date.now(); });`,
        },
      },
      "packages/core": {
        dependencies: ["@meter/events"],
        files: {
          "src/index.ts": `export * from "@meter/events"; Date.now();`,
        },
      },
      "packages/http": {
        dependencies: ["@meter/core", "hono"],
        devDependencies: ["@meter/testkit"],
        files: {
          "src/index.ts": `import "@meter/core"; import "hono/cors";`,
          "src/a.int.test.ts": `import "@meter/testkit"; import "vitest";`,
        },
      },
      "packages/testkit": {
        dependencies: ["@meter/core"],
        files: { "src/index.ts": `import "@meter/core"; import "vitest";` },
      },
      "apps/ingest": { dependencies: ["@meter/http"], files: { "src/index.ts": `import "@meter/http";` } },
      "apps/standalone": {
        dependencies: ["@meter/ingest", "@meter/http"],
        files: { "src/main.ts": `import "@meter/ingest"; import "@meter/http";` },
      },
      "docs/examples/trace": {
        dependencies: ["@meter/primitives", "@meter/core"],
        files: { "src/demo.ts": `import "@meter/primitives"; import "@meter/core";` },
      },
    };
    expect(
      check(house, { "infra/bench/run.ts": `import "../../packages/http/src/index.ts"; import "vitest";` }),
    ).toEqual([]);
  });
});

describe("imports go down", () => {
  test.each([
    {
      from: "packages/primitives",
      to: "packages/events",
      what: "upward: floor 0 (primitives) may not import floor 1 (events)",
    },
    {
      from: "packages/metering",
      to: "packages/pricing",
      what: "sideways: metering and pricing are both on floor 2",
    },
    {
      from: "packages/postgres",
      to: "packages/clickhouse",
      what: "sideways: postgres and clickhouse are both on floor 5",
    },
    { from: "packages/react", to: "packages/events", what: "react imports only primitives, not events" },
    { from: "packages/core", to: "packages/testkit", what: "testkit is for tests" },
    { from: "packages/http", to: "apps/ingest", what: "only standalone imports other apps" },
    { from: "apps/worker", to: "apps/ingest", what: "only standalone imports other apps" },
    {
      from: "docs/examples/trace",
      to: "packages/pricing",
      what: "an example uses what our users do, the API over HTTP or the library: core, primitives, not pricing",
    },
    { from: "apps/worker", to: "docs/examples/trace", what: "nothing imports an example" },
  ])("$from → $to is refused, as a type, too", ({ from, to, what }) => {
    const target: Part = { files: { "src/index.ts": "export type T = 1; export const v = 1;" } };
    const using = (text: string): readonly string[] =>
      check({ [from]: { dependencies: [scoped(to)], files: { "src/index.ts": text } }, [to]: target });

    const expected = [`${from}/src/index.ts:2  floor  ${scoped(to)}: ${what}`];
    expect(using(`\nimport { v } from "${scoped(to)}";`)).toEqual(expected);
    expect(using(`\nimport type { T } from "${scoped(to)}";`)).toEqual(expected);
    expect(using(`\nexport type { T } from "${scoped(to)}";`)).toEqual(expected);
    expect(using(`\nexport type U = import("${scoped(to)}").T;`)).toEqual(expected);
    expect(using(`\nexport const u = () => import("${scoped(to)}");`)).toEqual(expected);
  });

  test("a test is bound by the floors like the code it tests", () => {
    const house: House = {
      "packages/core": {
        devDependencies: ["@meter/http"],
        files: { "src/a.test.ts": `import "@meter/http";`, "src/index.ts": "" },
      },
      "packages/http": { files: { "src/index.ts": "" } },
    };
    expect(check(house)).toEqual([
      "packages/core/src/a.test.ts:1  floor  @meter/http: upward: floor 4 (core) may not import floor 5 (http)",
    ]);
  });

  test("a package without a row is named", () => {
    expect(check({ "packages/attic": { files: { "src/index.ts": "" } } })).toEqual([
      "packages/attic/package.json:1  floor  packages/attic has no row in the table of floors",
    ]);
  });

  test("a relative path does not lead around a package's door, nor its own name", () => {
    const house: House = {
      "packages/primitives": primitives,
      "packages/events": {
        files: { "src/index.ts": "", "src/a.ts": `import "../../primitives/src/index.ts";\nimport "@meter/events";` },
      },
    };
    expect(check(house)).toEqual([
      "packages/events/src/a.ts:1  boundary  ../../primitives/src/index.ts leaves packages/events; import the package by its name",
      "packages/events/src/a.ts:2  boundary  @meter/events imports itself by name; files inside import each other directly",
    ]);
  });
});

test("what supports tests may use their tools, and only tests may use it", () => {
  const house: House = {
    "packages/http": {
      files: {
        "src/index.ts": `export * from "./testing.ts";`,
        "src/testing.ts": `import "vitest";`,
        "src/routes.test-support.ts": `import "vitest"; import "./testing.ts";`,
        "src/a.test.ts": `import "./routes.test-support.ts";`,
      },
    },
  };
  expect(check(house)).toEqual(["packages/http/src/index.ts:1  boundary  ./testing.ts is for tests"]);
});

describe("what is imported is declared, what is declared is imported", () => {
  test("a run-time import needs dependencies; a type or a test may use devDependencies", () => {
    const house: House = {
      "packages/http": {
        devDependencies: ["pg"],
        files: {
          "src/index.ts": `import "pg";\nimport "hono";\nimport type { P } from "pg";`,
          "src/a.test.ts": `import "pg";`,
        },
      },
    };
    expect(check(house)).toEqual([
      "packages/http/src/index.ts:1  undeclared  pg is not in the dependencies of packages/http/package.json",
      "packages/http/src/index.ts:2  undeclared  hono is not in the dependencies of packages/http/package.json",
    ]);
  });

  test("a workspace dependency that nothing, or only a test, imports", () => {
    const house: House = {
      "packages/primitives": primitives,
      "packages/events": events,
      "packages/core": {
        dependencies: ["@meter/primitives", "@meter/events"],
        files: { "src/index.ts": "", "src/a.test.ts": `import "@meter/events";` },
      },
    };
    expect(check(house)).toEqual([
      "packages/core/package.json:7  unused  @meter/primitives is declared and never imported",
      "packages/core/package.json:8  unused  @meter/events is imported by tests only: it belongs in devDependencies",
    ]);
  });

  test("below the adapters, zod and a polyfill are the only foreign run-time dependency", () => {
    const house: House = {
      "packages/core": { dependencies: ["lodash", "zod"], files: { "src/index.ts": `import "lodash"; import "zod";` } },
      "packages/http": { dependencies: ["hono"], files: { "src/index.ts": `import "hono";` } },
    };
    expect(check(house)).toEqual([
      "packages/core/package.json:7  third-party  lodash is a foreign run-time dependency; floors 0–4 have none but zod, temporal-polyfill",
    ]);
  });
});

describe("nothing goes in circles at run time", () => {
  const inCore = (files: Readonly<Record<string, string>>): readonly string[] => check({ "packages/core": { files } });

  test("files that import each other's values, reported once", () => {
    const found = inCore({
      "src/a.ts": `\nimport "./b.ts";`,
      "src/b.ts": `export * from "./c.ts";`,
      "src/c.ts": `import "./a.ts"; import "./b.ts";`,
    });
    expect(found).toEqual([
      "packages/core/src/a.ts:2  cycle  files that need each other at run time: packages/core/src/a.ts → packages/core/src/b.ts → packages/core/src/c.ts → packages/core/src/a.ts",
    ]);
  });

  test("a type-only import closes no circle, an inline type does: its statement stays", () => {
    const b = `import "./a.ts"; export type B = 1;`;
    expect(inCore({ "src/a.ts": `import type { B } from "./b.ts";`, "src/b.ts": b })).toEqual([]);
    expect(inCore({ "src/a.ts": `export const later = () => import("./b.ts");`, "src/b.ts": b })).toEqual([]);
    expect(inCore({ "src/a.ts": `import { type B } from "./b.ts";`, "src/b.ts": b })).toHaveLength(1);
  });

  test("packages that import each other's values", () => {
    const house: House = {
      "packages/metering": { dependencies: ["@meter/pricing"], files: { "src/index.ts": `import "@meter/pricing";` } },
      "packages/pricing": {
        dependencies: ["@meter/metering"],
        files: { "src/index.ts": "", "src/a.ts": `import "@meter/metering";` },
      },
    };
    expect(check(house)).toContain(
      "packages/metering/src/index.ts:1  cycle  packages that need each other at run time: packages/metering → packages/pricing → packages/metering",
    );
  });
});

describe("floors 0–3 reach for nothing outside", () => {
  const inEvents = (text: string): readonly string[] =>
    check({ "packages/events": { files: { "src/index.ts": text } } });

  test.each([
    { text: `import { readFileSync } from "node:fs";`, what: "node:fs in a pure floor" },
    { text: `import type { Hash } from "crypto";`, what: "crypto in a pure floor" },
    { text: `export const now = () => Date.now();`, what: "Date.now in a pure floor" },
    { text: `export const now = () => new Date();`, what: "new Date() in a pure floor" },
    { text: `export const { now } = Date;`, what: "Date in a pure floor" },
    { text: `export const text = Date();`, what: "Date in a pure floor" },
    { text: `export const now = globalThis.Date.now();`, what: "Date.now in a pure floor" },
    { text: `export const now = () => Temporal.Now.instant();`, what: "Temporal.Now in a pure floor" },
    {
      text: `import { Temporal } from "./temporal.ts"; export const now = () => Temporal.Now.instant();`,
      what: "Temporal.Now in a pure floor",
    },
    {
      text: `export const at = Temporal.Instant.from("2026-11-01T00:00:00Z");`,
      what: "Temporal.Instant in a pure floor",
    },
    { text: `export type At = { at: Temporal.Instant };`, what: "Temporal in a pure floor" },
    { text: `export const read = (bytes: Buffer) => bytes;`, what: "Buffer in a pure floor" },
    { text: `export type Signal = NodeJS.Signals;`, what: "NodeJS in a pure floor" },
    { text: `export type Env = typeof process.env;`, what: "process in a pure floor" },
    { text: `export const groups = Map.groupBy([1], String);`, what: "Map.groupBy in a pure floor" },
    { text: `export const roll = Math["random"]();`, what: "Math.random in a pure floor" },
    { text: `export const id = crypto.randomUUID();`, what: "crypto.randomUUID in a pure floor" },
    { text: `export const home = process.env["HOME"];`, what: "process.env in a pure floor" },
    { text: `export const { env } = process;`, what: "process in a pure floor" },
    { text: `export const here = import.meta.url;`, what: "import.meta in a pure floor" },
    { text: `export const later = (f: () => void) => setTimeout(f, 1);`, what: "setTimeout in a pure floor" },
  ])("$text", ({ text, what }) => {
    expect(inEvents(text)).toEqual([`packages/events/src/index.ts:1  pure  ${what}`]);
  });

  test.each([
    {
      text: `export const year = (at: Date) => at instanceof Date && new Date(at).getUTCFullYear();`,
      why: "conversions",
    },
    { text: `export type P = { process: string }; export const p = (x: P) => x.process;`, why: "a field of that name" },
    { text: `export const run = (process: (n: number) => number) => process(1);`, why: "a parameter of that name" },
    { text: `// Date.now() and process\nexport const text = "Math.random()";`, why: "comments and texts" },
  ])("allowed: $why", ({ text }) => {
    expect(inEvents(text)).toEqual([]);
  });
});

describe("the library runs in browsers and on Node 20: core may know the time, and nothing that these do not have", () => {
  const inCore = (text: string): readonly string[] =>
    check({
      "packages/core": { files: { "src/index.ts": text, "src/a.test.ts": `import "node:fs"; process.exit();` } },
    });

  test.each([
    { text: `import { createHash } from "node:crypto";`, what: "node:crypto" },
    { text: `export const env = process.env;`, what: "process.env" },
    { text: `export type Bytes = Buffer;`, what: "Buffer" },
    { text: `export const groups = Map.groupBy([1], String);`, what: "Map.groupBy" },
    { text: `export const at = Temporal.Instant.from("2026-11-01T00:00:00Z");`, what: "Temporal.Instant" },
  ])("$text", ({ text, what }) => {
    expect(inCore(text)).toEqual([
      `packages/core/src/index.ts:1  pure  ${what} below the adapters, where the library may not find it`,
    ]);
  });

  test("allowed: what all platforms have", () => {
    expect(inCore(`export const now = () => Date.now() + performance.now();`)).toEqual([]);
  });
});

describe("capabilities stand on one another in one order", () => {
  const inCore = (files: Readonly<Record<string, string>>): readonly string[] => check({ "packages/core": { files } });

  test("allowed: downwards, within one, from what composes them, and in tests", () => {
    const files = {
      "src/index.ts": `export * from "./billing/a.ts";`,
      "src/shared/b.ts": "export const b = 1;",
      "src/billing/a.ts": `import { b } from "../shared/b.ts"; import { c } from "./c.ts"; export const a = b + c;`,
      "src/billing/c.ts": "export const c = 1;",
      "src/shared/b.test.ts": `import { a } from "../billing/a.ts"; a;`,
    };
    expect(inCore(files)).toEqual([]);
  });

  test("refused: upwards, also for a type; what composes them; a folder without a place", () => {
    const files = {
      "src/index.ts": "export type I = 1;",
      "src/billing/a.ts": `import type { S } from "../subscriptions/s.ts"; export type A = S;`,
      "src/metering/m.ts": `import type { I } from "../index.ts"; export type M = I;`,
      "src/subscriptions/s.ts": "export type S = 1;",
      "src/verbs/v.ts": "export type V = 1;",
    };
    expect(inCore(files)).toEqual([
      "packages/core/src/billing/a.ts:1  capability  billing comes before subscriptions",
      "packages/core/src/metering/m.ts:1  capability  metering imports what composes the capabilities",
      "packages/core/src/verbs/v.ts:1  capability  verbs has no place among the capabilities",
    ]);
  });
});

describe("projects follow the manifests", () => {
  const core = (references: readonly string[]): House => ({
    "packages/primitives": primitives,
    "packages/events": events,
    "packages/core": {
      dependencies: ["@meter/events"],
      references,
      files: { "src/index.ts": `import "@meter/events";` },
    },
  });

  test("a dependency without its reference, and a reference without its dependency", () => {
    expect(check(core(["../primitives"]))).toEqual([
      "packages/core/tsconfig.json:1  references  does not refer to packages/events/tsconfig.json",
      "packages/core/tsconfig.json:1  references  refers to packages/primitives/tsconfig.json, which is not a workspace dependency",
    ]);
  });

  test("the root refers to every project, also to those in infra", () => {
    const rootFiles = {
      "tsconfig.json": `{"references":[{"path":"packages/core"},{"path":"packages/events/tsconfig.json"}]}`,
      "infra/scripts/tsconfig.json": "{}",
    };
    expect(check(core(["../events"]), rootFiles)).toEqual([
      "tsconfig.json:1  references  does not refer to infra/scripts/tsconfig.json",
      "tsconfig.json:1  references  does not refer to packages/primitives/tsconfig.json",
    ]);
  });
});

test("a file that does not parse is a violation, at its line", () => {
  const [violation, ...others] = check({
    "packages/core": { files: { "src/index.ts": "export const a = 1;\nconst = ;" } },
  });
  expect(violation).toMatch(/^packages\/core\/src\/index\.ts:2 {2}syntax {2}/);
  expect(others).toEqual([]);
});
