import { spawnSync } from "node:child_process";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClickHouseEndpoint, type EmbeddedPostgres, startClickHouse, startPostgres } from "./index.ts";
import { ask, createScratch, type Scratch } from "./testing.ts";

const NOBODY = 65534;

/** Whether tests may run a program as another user. */
const isRoot = process.getuid?.() === 0;
if (!isRoot)
  console.warn("skipped: what another user of the machine can reach, because only root can act as another user");

let scratch: Scratch;
let endpoint: ClickHouseEndpoint;
let postgres: EmbeddedPostgres;
beforeAll(async () => {
  scratch = await createScratch();
  await chmod(scratch.dir, 0o755); // the engines' own directories keep others out, not the one above
  const clickHouse = await startClickHouse({ dataDir: join(scratch.dir, "clickhouse") });
  scratch.defer(() => clickHouse.stop());
  endpoint = await clickHouse.endpoint();
  await ask(clickHouse, "CREATE DATABASE meter ENGINE = Atomic");
  await ask(clickHouse, "CREATE TABLE meter.kept (n UInt64) ENGINE = MergeTree ORDER BY n");
  postgres = await startPostgres({ dataDir: join(scratch.dir, "postgres"), unsafe: true });
  scratch.defer(() => postgres.stop());
});
afterAll(() => scratch.clean());

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

describe("ClickHouse answers nobody without its secrets", () => {
  test.each([
    { why: "no header", status: 404, headers: () => ({}) },
    {
      why: "the password, but no secret header",
      status: 404,
      headers: () => ({ Authorization: basic("meter", endpoint.password) }),
    },
    {
      why: "a wrong secret header",
      status: 404,
      headers: () => ({ "X-Engine": "0", Authorization: basic("meter", endpoint.password) }),
    },
    { why: "the header, but no user", status: 404, headers: () => endpoint.headers },
    {
      why: "the header and a user without a password",
      status: 404,
      headers: () => ({ ...endpoint.headers, Authorization: basic("default", "") }),
    },
    {
      why: "the header, but no password",
      status: 403,
      headers: () => ({ ...endpoint.headers, "X-ClickHouse-User": "meter" }),
    },
    {
      why: "the header and a wrong password",
      status: 403,
      headers: () => ({ ...endpoint.headers, Authorization: basic("meter", "guess") }),
    },
    {
      why: "all of it",
      status: 200,
      headers: () => ({ ...endpoint.headers, Authorization: basic("meter", endpoint.password) }),
    },
  ])("$why: $status", async ({ status, headers }) => {
    for (const path of ["/?query=SELECT+1", "/"]) {
      if (path === "/" && status === 200) continue; // an empty query is an error of its own
      expect((await fetch(endpoint.url + path, { headers: headers() })).status).toBe(status);
    }
  });

  test.each(["/ping", "/play", "/dashboard", "/replicas_status", "/metrics", "/?user=default&query=SELECT+1"])(
    "%s is closed",
    async (path) => {
      expect((await fetch(endpoint.url + path)).status).toBe(404);
    },
  );

  test("the passwordless user of the engine's own session may read no table, whoever asks for it", async () => {
    const asUser = (user: string): Promise<Response> =>
      fetch(`${endpoint.url}/?user=${user}`, {
        method: "POST",
        body: "SELECT count() FROM meter.kept",
        headers: { ...endpoint.headers, Authorization: basic("meter", endpoint.password) },
      });
    const refused = await asUser("default");
    expect(await refused.text()).toContain("ACCESS_DENIED");
  });
});

describe.skipIf(!isRoot)("another user of the machine", () => {
  /** Runs JavaScript as uid 65534, without other groups; its standard output. */
  const asNobody = (script: string, ...args: readonly string[]): string => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script, ...args], {
      uid: NOBODY,
      gid: NOBODY,
      cwd: "/",
      encoding: "utf8",
      env: {},
    });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    return stdout.trim();
  };

  test("reaches the port and learns nothing there", () => {
    expect(
      asNobody(
        "const r = await fetch(process.argv[1]); console.log(process.getuid(), r.status)",
        `${endpoint.url}/?query=SELECT+1`,
      ),
    ).toBe(`${NOBODY} 404`);
  });

  test.each([
    "clickhouse.run/config.xml",
    "clickhouse.run/engine.json",
    "clickhouse.run",
    "clickhouse",
    "postgres",
    "postgres.run",
  ])("cannot read %s", (name) => {
    const script =
      "import fs from 'node:fs'; const p = process.argv[1]; try { fs.statSync(p).isDirectory() ? fs.readdirSync(p) : fs.readFileSync(p); console.log('read') } catch (e) { console.log(e.code) }";
    expect(asNobody(script, join(scratch.dir, name))).toBe("EACCES");
  });

  test("does not see the secrets in the process list", () => {
    const script =
      "import fs from 'node:fs'; for (const p of fs.readdirSync('/proc')) try { console.log(fs.readFileSync(`/proc/${p}/cmdline`, 'utf8')) } catch {}";
    const seen = asNobody(script);
    expect(seen).toContain("clickhouse-server.mjs");
    for (const secret of [endpoint.password, ...Object.values(endpoint.headers)]) expect(seen).not.toContain(secret);
  });

  test("cannot connect to the Postgres socket", () => {
    const socket = `${new URL(postgres.url().replace("postgres@/", "postgres@x/")).searchParams.get("host") ?? ""}/.s.PGSQL.5432`;
    const script =
      "import net from 'node:net'; net.connect(process.argv[1]).on('connect', function () { console.log('connected'); this.destroy() }).on('error', (e) => console.log(e.code))";
    expect(asNobody(script, socket)).toBe("EACCES");
  });
});
