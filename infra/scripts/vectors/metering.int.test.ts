import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createNamespaces, type Api } from "./api.ts";
import { readVectors } from "./read-vectors.ts";
import { formatOutcome } from "./report.ts";
import { runVector, type Judged } from "./run-vector.ts";
import { startServer, type Server } from "./server.ts";

const at = (path: string): string => new URL(`../../vectors/${path}`, import.meta.url).pathname;
const vectors = readVectors(at("metering.json"));
const exceptions = JSON.parse(readFileSync(at("exceptions/metering.json"), "utf8")) as Readonly<{
  notYet: readonly Readonly<{ name: string; reason: string }>[];
  differs: readonly Readonly<{ name: string; rule: string }>[];
}>;

describe("golden vectors of metering, against a running server", () => {
  let server: Server;
  let createNamespace: () => Promise<Api>;
  const judged: Judged[] = [];

  beforeAll(async () => {
    server = await startServer();
    createNamespace = createNamespaces(server.url, null);
  });

  afterAll(async () => {
    await server?.stop();
    for (const one of judged) if (one.outcome.type !== "pass") console.log(formatOutcome(one));
  });

  test.each(vectors.map((vector) => ({ name: vector.name, vector })))("$name", async ({ vector }) => {
    const one = await runVector(createNamespace, vector);
    judged.push(one);
    expect(one.outcome.type === "fail" ? formatOutcome(one) : "").toBe("");
  });

  test("no other vector is unjudged, or differs on purpose, than the exceptions name", () => {
    expect(judged).toHaveLength(vectors.length);
    const found = {
      notYet: judged.flatMap(({ vector: { name }, outcome }) =>
        outcome.type === "not_yet" ? [{ name, reason: outcome.reason }] : [],
      ),
      differs: judged.flatMap(({ vector: { name }, outcome }) =>
        outcome.type === "differs" ? [{ name, rule: outcome.rule }] : [],
      ),
    };
    expect(found).toEqual(exceptions);
  });
});
