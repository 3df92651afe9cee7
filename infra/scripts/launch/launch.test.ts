import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { createTempTree } from "../testing/temp-tree.ts";
import { installEnvironment, productEnvironment } from "./environment.mjs";
import { acquireInstallLock } from "./install-lock.mjs";
import { installFingerprint } from "./install.mjs";
import { workspaceFolders } from "./workspace-folders.mjs";

const app = `
  const [command, value] = process.argv.slice(2);
  if (command === "exit") process.exit(Number(value));
  if (command === "env") console.log(JSON.stringify(process.env));
  if (command === "drain") {
    process.on("SIGTERM", () => { console.log("drained"); process.exit(5); });
    setInterval(() => {}, 1_000);
    console.log("ready");
  }
`;

// Stands where npx would: notes the call, then does what an install leaves behind that the launcher looks for.
const installer = `#!/bin/sh
echo "$*" >> calls
echo $$ > installer.pid
sleep \${INSTALL_SECONDS:-0}
mkdir -p node_modules/.bin packages/a/node_modules
ln -sf "$REAL_NODE" node_modules/.bin/node
`;

/** A clone before its first install, with an installer of ours in place of npx. */
const createClone = (npx: string | null = installer): string => {
  const root = createTempTree({
    "package.json": JSON.stringify({ name: "meter", type: "module", packageManager: "pnpm@12.0.0" }),
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    "pnpm-workspace.yaml": "packages:\n  - packages/*\n",
    "packages/a/package.json": JSON.stringify({ name: "a", dependencies: { zod: "1" } }),
    "apps/standalone/src/main.ts": app,
    "path/README": "",
  });
  const scripts = dirname(import.meta.dirname);
  cpSync(join(scripts, "run.mjs"), join(root, "infra/scripts/run.mjs"), { recursive: true });
  cpSync(import.meta.dirname, join(root, "infra/scripts/launch"), { recursive: true });
  for (const tool of ["sh", "sleep", "mkdir", "ln"]) symlinkSync(findTool(tool), join(root, "path", tool));
  if (npx !== null) writeFileSync(join(root, "path/npx"), npx);
  if (npx !== null) chmodSync(join(root, "path/npx"), 0o755);
  return root;
};

const findTool = (name: string): string => {
  const found = ["/bin", "/usr/bin"].map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} is not on this machine`);
  return found;
};

type Launched = Readonly<{
  child: ChildProcess;
  ended: Promise<Readonly<{ code: number | null; stdout: string; stderr: string }>>;
}>;

const launch = (root: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Launched => {
  const child = spawn(process.execPath, [join(root, "infra/scripts/run.mjs"), ...args], {
    cwd: root,
    env: { PATH: join(root, "path"), REAL_NODE: process.execPath, METER_LOG_FORMAT: "text", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = Promise.all([
    new Promise<number | null>((resolve) => child.on("close", resolve)),
    text(child.stdout),
    text(child.stderr),
  ]).then(([code, stdout, stderr]) => ({ code, stdout, stderr }));
  return { child, ended };
};

const waitUntil = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10)); // the test's own time limit bounds it
};

const calls = (root: string): readonly string[] => readFileSync(join(root, "calls"), "utf8").trim().split("\n");

describe("the install runs when something it depends on has changed", () => {
  test("once for two starts, with the pinned pnpm and the frozen lockfile", async () => {
    const root = createClone();
    expect((await launch(root, ["start", "exit", "0"]).ended).code).toBe(0);
    expect((await launch(root, ["start", "exit", "0"]).ended).stderr).toBe("");
    expect(calls(root)).toEqual(["-y pnpm@12.0.0 install --frozen-lockfile --reporter=ndjson"]);
  });

  test.each(["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", "packages/a/package.json"])(
    "%s has changed",
    async (file) => {
      const root = createClone();
      const before = installFingerprint(root);
      writeFileSync(join(root, file), `${readFileSync(join(root, file), "utf8")}\n`);
      expect(installFingerprint(root)).not.toBe(before);
    },
  );

  test("again when a package's own modules or the pinned Node have gone", async () => {
    const root = createClone();
    await launch(root, ["start", "exit", "0"]).ended;
    spawnSync("rm", ["-r", join(root, "packages/a/node_modules")]);
    await launch(root, ["start", "exit", "0"]).ended;
    spawnSync("rm", [join(root, "node_modules/.bin/node")]);
    expect((await launch(root, ["start", "exit", "0"]).ended).code).toBe(0);
    expect(calls(root)).toHaveLength(3);
  });

  test("a failed install leaves no stamp, so the next start tries again", async () => {
    const root = createClone("#!/bin/sh\necho 'no space' >&2\nexit 3\n");
    const failed = await launch(root, ["start"]).ended;
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(
      "meter: no space\nmeter: the install failed (exit code 3); its reason stands above\n",
    );
    writeFileSync(join(root, "path/npx"), installer);
    expect((await launch(root, ["start", "exit", "0"]).ended).code).toBe(0);
  });

  test.each([
    {
      npx: "#!/bin/sh\necho 'npm error code EAI_AGAIN' >&2\nexit 1\n",
      line: "the package registry cannot be reached",
      why: "offline",
    },
    { npx: null, line: "npx is not on PATH", why: "no npm" },
    { npx: "#!/bin/sh\nexit 0\n", line: "node_modules/.bin/node cannot run on this machine", why: "no Node for it" },
  ])("one plain line: $why", async ({ npx, line }) => {
    const { code, stderr } = await launch(createClone(npx), ["start"]).ended;
    expect(code).toBe(1);
    expect(stderr.trim().split("\n").at(-1)).toContain(`meter: `);
    expect(stderr.trim().split("\n").at(-1)).toContain(line);
  });
});

describe("one install at a time", () => {
  test("two launches of a fresh clone: one installs, the other waits, both run", async () => {
    const root = createClone();
    const slow = { INSTALL_SECONDS: "0.5" };
    const outcomes = await Promise.all([1, 2].map(() => launch(root, ["start", "exit", "0"], slow).ended));
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
    expect(calls(root)).toHaveLength(1);
    expect(readdirSync(join(root, "node_modules")).filter((name) => name.startsWith(".install-lock"))).toEqual([]);
  });

  test("many launches that find the lock of a dead one: still one install", async () => {
    const root = createClone();
    mkdirSync(join(root, "node_modules/.install-lock"), { recursive: true });
    const dead = {
      id: ".install-lock-dead",
      holders: [{ pid: spawnSync(findTool("sh"), ["-c", ":"]).pid, startedAt: "1" }],
    };
    writeFileSync(join(root, "node_modules/.install-lock/owner"), JSON.stringify(dead));
    const launches = Array.from(
      { length: 6 },
      () => launch(root, ["start", "exit", "0"], { INSTALL_SECONDS: "0.2" }).ended,
    );
    expect((await Promise.all(launches)).map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(calls(root)).toHaveLength(1);
  });

  test("a signal during the install ends all of it, and lets the next launch in", async () => {
    const root = createClone();
    const { child, ended } = launch(root, ["start", "exit", "0"], { INSTALL_SECONDS: "60" });
    await waitUntil(() => existsSync(join(root, "installer.pid")));
    child.kill("SIGTERM");
    expect((await ended).code).toBe(128 + 15);
    expect((await launch(root, ["start", "exit", "0"]).ended).code).toBe(0);
  });

  test("when the launcher was killed, its installer is waited for; when both are dead, the lock is taken over", async () => {
    const root = createClone();
    const modules = join(root, "node_modules");
    const first = launch(root, ["start", "exit", "0"], { INSTALL_SECONDS: "60" });
    const pidFile = join(root, "installer.pid");
    await waitUntil(() => existsSync(pidFile) && readFileSync(pidFile, "utf8").endsWith("\n"));
    const installerPid = Number(readFileSync(pidFile, "utf8"));
    expect(installerPid).toBeGreaterThan(1);
    await waitUntil(() => readFileSync(join(modules, ".install-lock/owner"), "utf8").includes(String(installerPid)));
    const died = once(first.child, "exit");
    first.child.kill("SIGKILL");
    await died;

    const waitedFor: number[] = [];
    const second = acquireInstallLock(modules, (pid) => waitedFor.push(pid));
    await waitUntil(() => waitedFor.length > 0);
    process.kill(-installerPid, "SIGKILL");
    (await second).release();
    expect(waitedFor.at(-1)).toBe(installerPid);
    expect(existsSync(join(modules, ".install-lock"))).toBe(false);
  });

  test.runIf(process.platform === "linux")(
    "a lock whose process number now belongs to another process is taken over",
    async () => {
      const modules = createTempTree({
        ".install-lock/owner": JSON.stringify({
          id: ".install-lock-old",
          holders: [{ pid: process.pid, startedAt: "1" }],
        }),
      });
      const waitedFor: number[] = [];
      const lock = await acquireInstallLock(modules, (pid) => waitedFor.push(pid));
      expect(waitedFor).toEqual([]);
      lock.release();
    },
  );

  test("many at once never hold it together", async () => {
    const modules = createTempTree({});
    let holding = 0;
    const enter = async (): Promise<number> => {
      const lock = await acquireInstallLock(modules, () => undefined);
      holding += 1;
      const seen = holding;
      await new Promise((resolve) => setTimeout(resolve, 5));
      holding -= 1;
      lock.release();
      return seen;
    };
    expect(await Promise.all(Array.from({ length: 8 }, enter))).toEqual(Array.from({ length: 8 }, () => 1));
  });
});

describe("the command runs as if it had been started itself", () => {
  test("its exit code is ours", async () => {
    const root = createClone();
    expect((await launch(root, ["start", "exit", "7"]).ended).code).toBe(7);
  });

  test("SIGTERM reaches it, and we wait for its end", async () => {
    const root = createClone();
    const { child, ended } = launch(root, ["start", "drain"]);
    child.stdout?.once("data", () => child.kill("SIGTERM"));
    expect(await ended).toMatchObject({ code: 5, stdout: "ready\ndrained\n" });
  });

  test("its death by a signal is reported as a shell would", async () => {
    const root = createClone();
    const { child, ended } = launch(root, ["start", "drain"]);
    child.stdout?.once("data", () => child.kill("SIGHUP"));
    expect((await ended).code).toBe(128 + 1);
  });

  test("nothing of npm's is left in its environment, and the pinned Node is first on PATH", async () => {
    const root = createClone();
    const npm = {
      NODE: "/old/node",
      npm_node_execpath: "/old/node",
      npm_config_prefix: "/old",
      npm_lifecycle_event: "start",
    };
    const { stdout } = await launch(root, ["start", "env"], { ...npm, METER_PORT: "1" }).ended;
    const env: Readonly<Record<string, string>> = JSON.parse(stdout);
    expect(Object.keys(env).filter((name) => name in npm)).toEqual([]);
    expect(env["METER_PORT"]).toBe("1");
    expect(env["PATH"]).toMatch(new RegExp(`^${join(root, "node_modules/.bin")}:`));
  });

  test("what collects lines gets JSON, as from the product", async () => {
    const { stderr } = await launch(createClone(), ["destroy"], { METER_LOG_FORMAT: "" }).ended;
    expect(JSON.parse(stderr)).toEqual({
      level: "fatal",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      msg: 'unknown command "destroy"; there are start, test, demo',
    });
  });

  test("an unknown command is refused before anything is installed", async () => {
    const root = createClone();
    const { code, stderr } = await launch(root, ["destroy"]).ended;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'meter: unknown command "destroy"; there are start, test, demo\n',
    });
    expect(existsSync(join(root, "node_modules"))).toBe(false);
  });
});

test("the install keeps how the registry is reached, and drops what the typed command was about", () => {
  const env = {
    npm_config_registry: "r",
    npm_config_https_proxy: "p",
    npm_config_global: "true",
    npm_config_omit: "dev",
    HOME: "/h",
  };
  expect(installEnvironment("/repo", env)).toEqual({
    npm_config_registry: "r",
    npm_config_https_proxy: "p",
    npm_config_update_notifier: "false",
    HOME: "/h",
    PATH: "/repo/node_modules/.bin",
  });
  expect(productEnvironment("/repo", env)).toEqual({ HOME: "/h", PATH: "/repo/node_modules/.bin" });
});

describe("the folders of the workspace", () => {
  const list = (yaml: string): readonly string[] => {
    const root = createTempTree({
      "pnpm-workspace.yaml": yaml,
      "packages/b/package.json": "{}",
      "packages/a/package.json": "{}",
    });
    mkdirSync(join(root, "packages/empty"));
    return workspaceFolders(root);
  };

  test("folders with a manifest, sorted; the list ends at the next key", () => {
    expect(list("packages:\n  # ours\n  - packages/*\n  - 'apps/*'\n\ncatalog:\n  - none\n")).toEqual([
      "packages/a",
      "packages/b",
    ]);
    expect(list("packages:\n  - packages/b\n")).toEqual(["packages/b"]);
  });

  test("a pattern that we do not expand is an error, not a shorter list", () => {
    expect(() => list("packages:\n  - packages/**\n")).toThrow("cannot expand the pattern packages/**");
    expect(() => list("catalog:\n  a: 1\n")).toThrow('has no "packages:" list');
  });
});
