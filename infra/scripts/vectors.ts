// Golden vectors against a running server: `node infra/scripts/vectors.ts [FILE…]`, by default the committed ones. Starts
// a server of its own, or uses METER_URL (with METER_API_KEY, when it wants a key). Exit code 1 when a vector fails.
import { globSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { createNamespaces } from "./vectors/api.ts";
import { readVectors } from "./vectors/read-vectors.ts";
import { formatOutcome, formatTable } from "./vectors/report.ts";
import { runVector, type Judged } from "./vectors/run-vector.ts";
import { startServer, type Server } from "./vectors/server.ts";
import type { Vector } from "./vectors/vector.ts";

const committed = (): readonly string[] => {
  const folder = fileURLToPath(new URL("../vectors/", import.meta.url));
  return globSync("*.json", { cwd: folder })
    .toSorted()
    .map((name) => folder + name);
};

const readAll = (paths: readonly string[]): readonly Vector[] =>
  paths.flatMap((path) => {
    try {
      return readVectors(path);
    } catch (error) {
      console.error(`${path}: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
      return [];
    }
  });

const findServer = async (): Promise<Server> => {
  const url = process.env["METER_URL"];
  return url === undefined ? startServer() : { url, stop: async () => undefined };
};

const paths = process.argv.slice(2);
const vectors = readAll(paths.length === 0 ? committed() : paths);
const server = await findServer();
try {
  const createNamespace = createNamespaces(server.url, process.env["METER_API_KEY"] ?? null);
  const judged: Judged[] = [];
  for (const vector of vectors) {
    const one = await runVector(createNamespace, vector);
    console.log(formatOutcome(one));
    judged.push(one);
  }
  console.log(`\n${formatTable(judged)}`);
  if (judged.some(({ outcome }) => outcome.type === "fail")) process.exitCode = 1;
} finally {
  await server.stop();
}
