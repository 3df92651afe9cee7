import { spawnSync } from "node:child_process";
import { chmod, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Call, createCall, type Meter, scratchDirectory, startMeter } from "./meter.test-support.ts";
import { clickHouseOf } from "./processes.test-support.ts";
import { countMeter, totalOf, workEvent } from "./traffic.test-support.ts";

let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
let dataDir: string;
let meter: Meter;
beforeAll(async () => {
  scratch = await scratchDirectory();
  dataDir = join(scratch.path, "data");
  meter = await startMeter(dataDir);
});
afterAll(async () => {
  await meter.stop();
  await scratch.remove();
});

const problem = (status: number, code: string) => ({
  status,
  type: expect.stringContaining("application/problem+json") as string,
  body: expect.objectContaining({ status, code, type: "about:blank", help: `${meter.url}/problems/${code}` }) as object,
});
const toProblem = ({ status, headers, json }: Answer) => ({ status, type: headers.get("content-type"), body: json });

/** The same call in a namespace of the root key's choice. */
const within =
  (namespace: string): Call =>
  (method, path, body, headers = {}) =>
    meter.call(method, path, body, { "meter-namespace": namespace, ...headers });

type Created = Readonly<{ id: string; token: string }>;
const createKey = async (scopes: readonly string[], namespace = "default"): Promise<Created> => {
  const created = await meter.call("POST", "/api/v1/api-keys", { name: "test", scopes, namespace });
  expect(created.status, created.text).toBe(201);
  return created.json as Created;
};

describe("a key is needed, and does what its scope says", () => {
  type Operation = Readonly<{ method: string; path: string; scope: string }>;

  /** Every route that needs a key, as the served document declares it. */
  const listOperations = async (): Promise<readonly Operation[]> => {
    const document = (await meter.call("GET", "/api/openapi.json", undefined, { authorization: "" })).json as {
      paths: Record<string, Record<string, { "x-required-scope"?: string }>>;
    };
    return Object.entries(document.paths)
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({
          method: method.toUpperCase(),
          path,
          scope: operation["x-required-scope"] ?? "none",
        })),
      )
      .filter(({ scope }) => scope !== "public")
      .map((operation) => ({
        ...operation,
        path: operation.path.replaceAll(/\{[^}]+\}/g, "01JZZZZZZZZZZZZZZZZZZZZZZZ"),
      }));
  };
  const send = ({ method, path }: Operation, token: string): Promise<Answer> =>
    meter.call(method, path, undefined, { authorization: token === "" ? "" : `Bearer ${token}` });

  test("no key, or a wrong one: 401, on every route", async () => {
    const operations = await listOperations();
    expect(operations.length).toBeGreaterThan(20);
    const { id, token } = await createKey(["admin"]);
    const wrong = [
      "",
      "mtr_",
      `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`,
      token.replace(id.toLowerCase(), "01jzzzzzzzzzzzzzzzzzzzzzzz"),
    ];
    for (const operation of operations)
      for (const key of wrong)
        expect({ ...operation, ...toProblem(await send(operation, key)) }).toEqual({
          ...operation,
          ...problem(401, "unauthenticated"),
        });
  });

  test("a key with one scope: 403 on every route of another", async () => {
    const operations = await listOperations();
    const scopes = [...new Set(operations.map(({ scope }) => scope))].filter(
      (scope) => scope !== "any-key" && !["namespaces:read", "namespaces:write", "clock:write"].includes(scope),
    );
    const resources = [
      "api-keys",
      "billing",
      "customers",
      "events",
      "features",
      "meters",
      "plans",
      "subjects",
      "subscriptions",
    ];
    expect(scopes.toSorted()).toEqual(
      ["admin", ...resources.flatMap((resource) => [`${resource}:read`, `${resource}:write`])].toSorted(),
    );
    for (const scope of scopes.filter((one) => one !== "admin")) {
      const { token } = await createKey([scope]);
      for (const operation of operations) {
        const answer = await send(operation, token);
        if ([scope, "any-key"].includes(operation.scope))
          expect([operation, [401, 403].includes(answer.status)]).toEqual([operation, false]);
        else expect({ ...operation, ...toProblem(answer) }).toEqual({ ...operation, ...problem(403, "scope_missing") });
      }
    }
  });

  test("an application's key writes events and reads nothing", async () => {
    const { token } = await createKey(["events:write"]);
    const call = createCall(meter.url, token);
    expect((await call("POST", "/api/v1/events", workEvent(900_000))).status).toBe(204);
    for (const path of ["/api/v1/events", "/api/v1/meters", "/api/v1/customers"])
      expect(toProblem(await call("GET", path))).toEqual(problem(403, "scope_missing"));
    expect((await call("POST", "/api/v1/api-keys", { name: "more", scopes: ["admin"] })).status).toBe(403);
  });

  test("no key is given what its creator does not hold, nor a scope of the root", async () => {
    const { token } = await createKey(["api-keys:write", "events:write"]);
    const create = (scopes: readonly string[]) =>
      createCall(meter.url, token)("POST", "/api/v1/api-keys", { name: "x", scopes });
    expect((await create(["events:write"])).status).toBe(201);
    expect(toProblem(await create(["events:read"]))).toEqual(problem(403, "scope_not_grantable"));
    expect(
      toProblem(await meter.call("POST", "/api/v1/api-keys", { name: "x", scopes: ["namespaces:write"] })),
    ).toEqual(problem(403, "scope_not_grantable"));
  });

  test("a revoked key is refused at once, though it was used a moment before", async () => {
    const { id, token } = await createKey(["events:write"]);
    const post = () => createCall(meter.url, token)("POST", "/api/v1/events", workEvent(900_001));
    for (let used = 0; used < 3; used++) expect((await post()).status).toBe(204);
    expect((await meter.call("DELETE", `/api/v1/api-keys/${id}`)).status).toBe(200);
    expect(toProblem(await post())).toEqual(problem(401, "unauthenticated"));
  });
});

describe("namespaces", () => {
  test("one is created and takes events and meters in less than 200 ms", async () => {
    const times: number[] = [];
    for (const key of ["quick-1", "quick-2", "quick-3"]) {
      const startedAt = performance.now();
      expect((await meter.call("POST", "/api/v1/namespaces", { key })).status).toBe(201);
      expect((await within(key)("POST", "/api/v1/meters", countMeter)).status).toBe(201);
      expect((await within(key)("POST", "/api/v1/events", workEvent(1))).status).toBe(204);
      times.push(performance.now() - startedAt);
      expect(await totalOf(within(key))).toBe(1);
    }
    process.stderr.write(`    a namespace created and used: ${times.map(Math.round).join(", ")} ms\n`);
    expect(Math.min(...times)).toBeLessThan(200);
  });

  test("one that does not exist is 404", async () => {
    for (const key of ["nobody", "No Body", "QUICK-1"])
      expect((await within(key)("GET", "/api/v1/meters")).status).toBe(404);
  });

  test("nothing of one is seen or changed in another, not even by its id", async () => {
    for (const key of ["left", "right"])
      expect((await meter.call("POST", "/api/v1/namespaces", { key })).status).toBe(201);
    const [left, right] = [within("left"), within("right")];
    const made = async (call: Call, path: string, body: object): Promise<{ id: string }> => {
      const answer = await call("POST", path, body);
      expect([200, 201], answer.text).toContain(answer.status);
      return answer.json as { id: string };
    };
    const leftMeter = await made(left, "/api/v1/meters", countMeter);
    const customer = { name: "ACME", key: "acme", usageAttribution: { subjectKeys: ["subject-1"] } };
    const leftCustomer = await made(left, "/api/v1/customers", customer);
    expect((await left("POST", "/api/v1/subjects", [{ key: "subject-1" }])).status).toBe(200);
    // The same events, by the same ids: nobody swallows another's.
    expect((await left("POST", "/api/v1/events", [workEvent(1), workEvent(2), workEvent(3)])).status).toBe(204);
    expect((await right("POST", "/api/v1/events", [workEvent(3), workEvent(4)])).status).toBe(204);

    for (const path of ["/api/v1/meters", "/api/v1/customers", "/api/v1/subjects", "/api/v1/api-keys"]) {
      const listed = (await right("GET", path)).json;
      expect([path, JSON.stringify(listed)]).toEqual([path, expect.not.stringContaining(leftMeter.id)]);
      expect([path, JSON.stringify(listed)]).toEqual([path, expect.not.stringContaining(leftCustomer.id)]);
      expect([path, JSON.stringify(listed)]).toEqual([path, expect.not.stringContaining("subject-1")]);
    }
    const guesses: readonly (readonly [string, string, object?])[] = [leftMeter.id, "n"].flatMap((name) => [
      ["GET", `/api/v1/meters/${name}`],
      ["GET", `/api/v1/meters/${name}/query`],
      ["POST", `/api/v1/meters/${name}/query`, {}],
      ["GET", `/api/v1/meters/${name}/subjects`],
      ["GET", `/api/v1/meters/${name}/group-by/kind/values`],
      ["PUT", `/api/v1/meters/${name}`, { name: "mine" }],
      ["DELETE", `/api/v1/meters/${name}`],
    ]);
    for (const [method, path, body] of [
      ...guesses,
      ["GET", `/api/v1/customers/${leftCustomer.id}`] as const,
      ["GET", "/api/v1/customers/acme"] as const,
      ["PUT", `/api/v1/customers/${leftCustomer.id}`, customer] as const,
      ["DELETE", `/api/v1/customers/${leftCustomer.id}`] as const,
      ["GET", "/api/v1/subjects/subject-1"] as const,
      ["DELETE", `/api/v1/api-keys/${(await createKey(["admin"], "left")).id}`] as const,
    ])
      expect([method, path, (await right(method, path, body)).status]).toEqual([method, path, 404]);

    const rightMeter = await made(right, "/api/v1/meters", countMeter);
    await made(right, "/api/v1/customers", customer); // the same keys are free there
    expect(rightMeter.id).not.toBe(leftMeter.id);
    expect([await totalOf(left), await totalOf(right)]).toEqual([3, 2]);
    const idsOf = async (call: Call) =>
      ((await call("GET", "/api/v1/events")).json as { event: { id: string } }[])
        .map(({ event }) => event.id)
        .toSorted();
    expect([await idsOf(left), await idsOf(right)]).toEqual([
      ["w-1", "w-2", "w-3"],
      ["w-3", "w-4"],
    ]);
    const theirs = await right("GET", `/api/v1/meters/n/query?filterCustomerId=${leftCustomer.id}`);
    expect([400, 404]).toContain(theirs.status);

    const { token } = await createKey(["admin"], "left");
    const leftKey = createCall(meter.url, token);
    expect(await totalOf(leftKey)).toBe(3);
    expect(toProblem(await leftKey("GET", "/api/v1/meters", undefined, { "meter-namespace": "right" }))).toEqual(
      problem(403, "namespace_forbidden"),
    );
    expect(toProblem(await leftKey("GET", "/api/v1/namespaces"))).toEqual(problem(403, "scope_missing"));
  });
});

test("METER_AUTH=off on loopback: no key is needed, and Meter-Namespace chooses", async () => {
  const open = await startMeter(join(scratch.path, "open"), { METER_AUTH: "off", METER_HOST: "localhost" });
  const call = createCall(open.url, "");
  expect((await call("POST", "/api/v1/namespaces", { key: "team" })).status).toBe(201);
  const team: Call = (method, path, body) => call(method, path, body, { "meter-namespace": "team" });
  for (const [ask, events] of [[call, [1]] as const, [team, [1, 2]] as const]) {
    expect((await ask("POST", "/api/v1/meters", countMeter)).status).toBe(201);
    expect(
      (
        await ask(
          "POST",
          "/api/v1/events",
          events.map((number) => workEvent(number)),
        )
      ).status,
    ).toBe(204);
    expect(await totalOf(ask)).toBe(events.length);
  }
  expect((await call("GET", "/api/v1/meters", undefined, { "meter-namespace": "nobody" })).status).toBe(404);
  expect(await open.stop()).toEqual({ code: 0, signal: null });
});

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
if (!isRoot)
  process.stderr.write(
    "skipped: what another user of the machine can reach, because only root can act as another user\n",
  );

describe.skipIf(!isRoot)("another user of the machine", () => {
  beforeAll(() => chmod(scratch.path, 0o755)); // it is Meter's own directory that keeps others out

  /** What JavaScript says that runs as uid 65534. */
  const asNobody = (script: string, ...args: readonly string[]): string => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script, ...args], {
      uid: nobody,
      gid: nobody,
      cwd: "/",
      encoding: "utf8",
      env: {},
    });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    return stdout.trim();
  };

  test("reads nothing of the data directory", async () => {
    const paths = [dataDir, ...(await readdir(dataDir)).map((name) => join(dataDir, name))];
    expect(paths).toContain(join(dataDir, "admin-key"));
    const script = `import fs from "node:fs";
      for (const path of process.argv.slice(1)) {
        try { fs.opendirSync(path); console.log("opened", path); } catch (error) { if (error.code !== "EACCES") console.log(error.code, path); }
        try { fs.readFileSync(path); console.log("read", path); } catch (error) { if (error.code !== "EACCES") console.log(error.code, path); }
      }
      console.log(process.getuid());`;
    expect(asNobody(script, ...paths)).toBe(String(nobody));
  });

  test("gets no answer of ClickHouse's port, and cannot reach Postgres' socket", async () => {
    const args = await readFile(`/proc/${await clickHouseOf(dataDir)}/cmdline`, "utf8");
    const port = /--http_port=(\d+)/.exec(args)?.[1] ?? "";
    expect(
      asNobody("console.log((await fetch(process.argv[1])).status)", `http://127.0.0.1:${port}/?query=SELECT+1`),
    ).toBe("404");
    const socket = join(dataDir, "postgres.run", ".s.PGSQL.5432");
    const script = `import net from "node:net";
      net.connect(process.argv[1]).on("connect", function () { console.log("connected"); this.destroy(); }).on("error", (error) => console.log(error.code));`;
    expect(asNobody(script, socket)).toBe("EACCES");
  });

  test("sees no secret in the process list", () => {
    const script = `import fs from "node:fs";
      for (const pid of fs.readdirSync("/proc")) for (const file of ["cmdline", "environ"]) try { console.log(fs.readFileSync("/proc/" + pid + "/" + file, "utf8")); } catch {}`;
    const seen = asNobody(script);
    expect(seen).toContain(dataDir);
    expect(seen).not.toMatch(/mtr_[0-9a-z]{26}_/);
  });
});
