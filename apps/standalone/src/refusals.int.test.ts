import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmdirSync, statfsSync } from "node:fs";
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startPostgres } from "@meter/embedded";
import { createDatabase } from "@meter/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, type Meter, processesLeft, scratchDirectory, startMeter } from "./meter.test-support.ts";
import { countMeter, startTraffic, totalOf, workEvent } from "./traffic.test-support.ts";

let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
beforeAll(async () => {
  scratch = await scratchDirectory();
});
afterAll(() => scratch.remove());

const refusedWithinMs = 20_000;

/** Starts Meter, which must refuse: the lines on standard error, without the `meter: ` before each. Nothing is left running. */
const refusal = async (
  environment: Readonly<Record<string, string>>,
  through: readonly string[] = [],
): Promise<readonly string[]> => {
  const { child, lines, errors, exited } = launch(environment, through);
  const late = setTimeout(() => child.kill("SIGKILL"), refusedWithinMs);
  const exit = await exited;
  clearTimeout(late);
  expect(exit, lines.join("\n")).toEqual({ code: 1, signal: null });
  for (const line of errors) expect(line).toMatch(/^meter: /);
  return errors.map((line) => line.slice("meter: ".length));
};

/** As `refusal`; what is in the directory stays as it was, byte for byte, and one that is not there is not made. */
const refusalOfDirectory = async (
  dataDir: string,
  environment: Readonly<Record<string, string>> = {},
  through: readonly string[] = [],
): Promise<readonly string[]> => {
  const before = await snapshot(dataDir);
  const lines = await refusal({ METER_DATA_DIR: dataDir, ...environment }, through);
  expect(await processesLeft(dataDir, 2_000)).toEqual([]);
  expect(await snapshot(dataDir)).toEqual(before);
  return lines;
};

/** Where the engines have begun before it can be found out: their own files are theirs. */
const refusalOfBegun = async (dataDir: string): Promise<readonly string[]> => {
  const lines = await refusal({ METER_DATA_DIR: dataDir });
  expect(await processesLeft(dataDir, 2_000)).toEqual([]);
  return lines;
};

/** A directory and every file below it: its mode, when a file was written, and a hash of what it says. Null: it is not there. */
const snapshot = async (dir: string): Promise<Readonly<Record<string, string>> | null> => {
  const own = await stat(dir).catch(() => null);
  if (own === null) return null;
  const files: Record<string, string> = { [dir]: own.mode.toString(8) };
  if (!own.isDirectory()) return files;
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const { mode, mtimeMs } = await stat(path);
    const hash = entry.isFile()
      ? createHash("sha256")
          .update(await readFile(path))
          .digest("hex")
      : "directory";
    files[path] = `${mode.toString(8)} ${entry.isFile() ? mtimeMs : ""} ${hash}`;
  }
  return files;
};

describe.concurrent("a bad variable is refused in one line that names it, before anything is touched", () => {
  test.each([
    { name: "METER_PORT", value: "http" },
    { name: "METER_PORT", value: "65536" },
    { name: "METER_HOST", value: "a b" },
    { name: "METER_HOST", value: "192.0.2.1" },
    { name: "METER_HOST", value: "no-such-host.invalid" },
    { name: "METER_AUTH", value: "maybe" },
    { name: "METER_LOG_LEVEL", value: "loud" },
    { name: "METER_SECRET", value: "short" },
    { name: "DATABASE_URL", value: "mysql://localhost/meter" },
    { name: "CLICKHOUSE_URL", value: "http://localhost:8123" },
    { name: "KAFKA_BROKERS", value: "localhost:9092" },
    { name: "METER_CLOCK", value: "sundial" },
    { name: "METER_CONFIG", value: "meter.config.json" },
    { name: "METER_DATADIR", value: "/var/lib/meter" },
    { name: "METER_PROT", value: "8889" },
  ])("$name=$value", async ({ name, value }) => {
    const dataDir = join(scratch.path, `never-made-${name}-${value.replaceAll("/", "")}`); // and it is not
    const lines = await refusalOfDirectory(dataDir, { [name]: value });
    expect(lines).toEqual([expect.stringMatching(`^${name}: `)]);
  });

  test("METER_AUTH=off on an address that others can reach", async () => {
    const lines = await refusalOfDirectory(join(scratch.path, "never-made-open"), {
      METER_AUTH: "off",
      METER_HOST: "0.0.0.0",
    });
    expect(lines).toEqual([expect.stringMatching(/^METER_AUTH: .*0\.0\.0\.0/)]);
  });

  test("several: a line for each", async () => {
    const lines = await refusal({ METER_PORT: "x", METER_AUTH: "x", CLICKHOUSE_URL: "http://x" });
    expect(new Set(lines.map((line) => line.split(":")[0]))).toEqual(
      new Set(["CLICKHOUSE_URL", "METER_AUTH", "METER_PORT"]),
    );
    expect(lines).toHaveLength(3);
  });

  test("a port in use", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    const dataDir = join(scratch.path, "never-made-port");
    expect(await refusalOfDirectory(dataDir, { METER_PORT: String(port) })).toEqual([
      expect.stringMatching(`^METER_PORT: port ${port} .*in use`),
    ]);
    taken.close();
  });
});

describe.concurrent("a directory that is not Meter's is left as it is", () => {
  test.each([
    { why: "files", make: (dir: string) => writeFile(join(dir, "thesis.txt"), "years of work") },
    { why: "a hidden file", make: (dir: string) => writeFile(join(dir, ".profile"), "") },
    { why: "a directory called log", make: (dir: string) => mkdir(join(dir, "log")) },
    {
      why: "a marker of something else",
      make: (dir: string) => writeFile(join(dir, "meter.json"), '{"product":"gas"}'),
    },
  ])("$why", async ({ why, make }) => {
    const dir = join(scratch.path, `foreign ${why}`);
    await mkdir(dir, { mode: 0o755 });
    await make(dir);
    expect(await refusalOfDirectory(dir)).toEqual([expect.stringContaining(`METER_DATA_DIR: ${dir} `)]);
  });

  test("a file, and a path below a file", async () => {
    const file = join(scratch.path, "a-file");
    await writeFile(file, "not a directory");
    for (const path of [file, join(file, "data")])
      expect(await refusalOfDirectory(path)).toEqual([`METER_DATA_DIR: ${path} is not a directory`]);
    expect(await readFile(file, "utf8")).toBe("not a directory");
  });

  test.each(["/proc/foo", "/proc/foo/data"])("%s, where no directory can be made: at once", async (path) => {
    expect(await refusalOfDirectory(path)).toEqual([
      expect.stringMatching(`^METER_DATA_DIR: ${path} cannot be made: `),
    ]);
  });

  test.skipIf(process.getuid?.() !== 0)("one below a directory of somebody else", async () => {
    const parent = join(scratch.path, "of-root");
    await mkdir(parent, { mode: 0o755 });
    await chmod(scratch.path, 0o755);
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    for (const dir of [parent, join(parent, "deep", "data")])
      expect(await refusalOfDirectory(dir, {}, nobody)).toEqual([
        `METER_DATA_DIR: ${dir} cannot be written by this user`,
      ]);
    expect(await readdir(parent)).toEqual([]);
  });
});

describe("an installation", () => {
  let dataDir: string;
  let meter: Meter;
  beforeAll(async () => {
    dataDir = join(scratch.path, "mine");
    meter = await startMeter(dataDir);
    expect((await meter.call("POST", "/api/v1/meters", countMeter)).status).toBe(201);
    expect((await meter.call("POST", "/api/v1/events", [workEvent(0), workEvent(1)])).status).toBe(204);
  });

  test("is held by one Meter at a time; the one that holds it goes on", async () => {
    const key = await readFile(join(dataDir, "admin-key"), "utf8");
    expect(await refusal({ METER_DATA_DIR: dataDir })).toEqual([
      `METER_DATA_DIR: ${dataDir} is in use by another Meter; stop it or choose another directory`,
    ]);
    expect((await meter.call("POST", "/api/v1/events", [workEvent(2)])).status).toBe(204);
    expect(await totalOf(meter.call)).toBe(3);
    expect(await readFile(join(dataDir, "admin-key"), "utf8")).toBe(key);
  });

  test("two that begin one at once: one has it", async () => {
    const shared = join(scratch.path, "both-want-it");
    const both = [launch({ METER_DATA_DIR: shared }), launch({ METER_DATA_DIR: shared })];
    const urls = await Promise.all(both.map(({ url }) => url));
    expect(urls.filter((url) => url !== null)).toHaveLength(1);
    const loser = both[urls.indexOf(null)];
    expect(await loser?.exited).toEqual({ code: 1, signal: null });
    expect(loser?.errors).toEqual([expect.stringMatching(`^meter: METER_DATA_DIR: ${shared} `)]);
    const winner = both[1 - urls.indexOf(null)];
    winner?.child.kill("SIGTERM");
    expect(await winner?.exited).toEqual({ code: 0, signal: null });
  });

  describe("whose parts were not made together", () => {
    let other: string;
    beforeAll(async () => {
      await meter.stop();
      other = join(scratch.path, "other");
      const second = await startMeter(other);
      await second.call("POST", "/api/v1/events", [workEvent(7)]);
      await second.stop();
    });

    const swap = async (part: string): Promise<void> => {
      await rename(join(dataDir, part), join(scratch.path, "aside"));
      await rename(join(other, part), join(dataDir, part));
      await rename(join(scratch.path, "aside"), join(other, part));
    };

    describe.each(["log", "postgres", "clickhouse"])("%s", (part) => {
      test("is of another one", async () => {
        await swap(part);
        expect(await refusalOfDirectory(dataDir)).toEqual([expect.stringMatching(`^METER_DATA_DIR: .*${dataDir}/log`)]);
        await swap(part);
      });

      test("is of another one, and its name tag is gone: it is found out later", async () => {
        await swap(part);
        const tag = join(dataDir, part, "meter-log");
        const id = await readFile(tag);
        await rm(tag);
        expect(await refusalOfBegun(dataDir)).toEqual([expect.stringMatching(`^METER_DATA_DIR: .*${dataDir}/log`)]);
        await writeFile(tag, id);
        await swap(part);
      });

      test("is missing, or empty", async () => {
        await rename(join(dataDir, part), join(scratch.path, "aside"));
        const line = expect.stringMatching(`^METER_DATA_DIR: ${dataDir}/${part} is missing or empty`);
        expect(await refusalOfDirectory(dataDir)).toEqual([line]);
        await mkdir(join(dataDir, part));
        expect(await refusalOfDirectory(dataDir)).toEqual([line]);
        await rm(join(dataDir, part), { recursive: true });
        await rename(join(scratch.path, "aside"), join(dataDir, part));
      });
    });

    test("on the other clock than it was begun with", async () => {
      expect(await refusalOfDirectory(dataDir, { METER_CLOCK: "manual" })).toEqual([
        expect.stringMatching(`^METER_CLOCK: ${dataDir} was begun with the system clock, .*set METER_CLOCK=system`),
      ]);
    });

    test("on a database that does not know it", async () => {
      const lines = await refusalOfDirectory(dataDir, { DATABASE_URL: "postgres://127.0.0.1:1/x" });
      expect(lines).toEqual([expect.stringMatching(/^DATABASE_URL: .*ECONNREFUSED/)]);
    });

    test("put together again it goes on as if nothing had been; and so does a copy", async () => {
      await cp(dataDir, join(scratch.path, "copy"), { recursive: true });
      for (const dir of [dataDir, join(scratch.path, "copy")]) {
        const started = await startMeter(dir);
        expect(await totalOf(started.call)).toBe(3);
        await started.stop();
      }
    });
  });
});

describe.concurrent("DATABASE_URL", () => {
  test("nobody answers: its password is not shown", async () => {
    const lines = await refusalOfDirectory(join(scratch.path, "no-database"), {
      DATABASE_URL: "postgres://meter:geheim@127.0.0.1:1/billing",
    });
    expect(lines).toEqual([expect.stringMatching(/^DATABASE_URL: .*127\.0\.0\.1:1\/billing .*ECONNREFUSED/)]);
    expect(lines.join()).not.toContain("geheim");
  });

  test("a Postgres of the user's is used, and belongs to one log", async () => {
    const server = await startPostgres({ dataDir: join(scratch.path, "their-postgres"), unsafe: true });
    try {
      const environment = { DATABASE_URL: server.url("billing") };
      const dataDir = join(scratch.path, "with-database");
      expect(await refusalOfDirectory(dataDir, environment)).toEqual([
        expect.stringMatching(/^DATABASE_URL: .*"billing" does not exist/),
      ]);

      await createDatabase(server.url(), { name: "billing" });
      for (const expected of [1, 2]) {
        const meter = await startMeter(dataDir, environment);
        if (expected === 1) expect((await meter.call("POST", "/api/v1/meters", countMeter)).status).toBe(201);
        expect((await meter.call("POST", "/api/v1/events", [workEvent(expected)])).status).toBe(204);
        expect(await totalOf(meter.call)).toBe(expected);
        expect(await meter.stop()).toEqual({ code: 0, signal: null });
      }
      expect(await readdir(dataDir)).not.toContain("postgres");
      expect(await refusalOfDirectory(join(scratch.path, "with-database-too"), environment)).toEqual([
        expect.stringMatching(/^METER_DATA_DIR: .*this Postgres knows/),
      ]);
      expect(await refusalOfDirectory(dataDir)).toEqual([
        expect.stringMatching(`^METER_DATA_DIR: ${dataDir}/postgres is missing or empty`),
      ]);

      // Its clock is known to the database, also where the directory has forgotten it.
      const marker = join(dataDir, "meter.json");
      const { installation: _, ...forgotten } = JSON.parse(await readFile(marker, "utf8")) as { installation: object };
      for (const text of [await readFile(marker, "utf8"), JSON.stringify(forgotten)]) {
        await writeFile(marker, text);
        expect(await refusalOfDirectory(dataDir, { ...environment, METER_CLOCK: "manual" })).toEqual([
          expect.stringMatching(/^METER_CLOCK: .* was begun with the system clock, /),
        ]);
      }

      await createDatabase(server.url(), { name: "another" });
      await (await startMeter(dataDir, environment)).stop(); // and the directory knows again
      expect(await refusalOfDirectory(dataDir, { DATABASE_URL: server.url("another") })).toEqual([
        expect.stringMatching(/^METER_DATA_DIR: .*this Postgres knows/),
      ]);
    } finally {
      await server.stop();
    }
  });
});

const mount = (...args: readonly string[]): string => {
  const { status, stderr } = spawnSync("mount", args, { encoding: "utf8" });
  return status === 0 ? "" : `mount ${args.join(" ")}: ${stderr.trim()}`;
};

/** Why no file system can be mounted here; empty when one can. */
const findObstacle = (): string => {
  if (process.getuid?.() !== 0) return "only root may mount a file system";
  const path = mkdtempSync(join(tmpdir(), "meter-mount-"));
  const refused = mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", path);
  if (refused === "") spawnSync("umount", [path]);
  rmdirSync(path);
  return refused;
};
const obstacle = findObstacle();
if (obstacle !== "") process.stderr.write(`skipped: disks that are full or read-only, because ${obstacle}\n`);

describe.skipIf(obstacle !== "").concurrent("a disk", () => {
  const mounted: string[] = [];
  const disk = async (name: string, size: string): Promise<string> => {
    const path = join(scratch.path, name);
    await mkdir(path);
    expect(mount("-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path)).toBe("");
    mounted.push(path);
    return path;
  };
  const remount = (path: string, option: string): void => expect(mount("-o", `remount,${option}`, path)).toBe("");
  afterAll(async () => {
    for (const path of mounted) {
      await processesLeft(path, 5_000);
      spawnSync("umount", ["-l", path]);
    }
  });

  test("that is full", async () => {
    const path = await disk("full", "1m");
    for (const dir of [path, join(path, "deep", "data")])
      expect(await refusalOfDirectory(dir)).toEqual([`METER_DATA_DIR: ${dir} is on a disk that is full`]);
    expect(await readdir(path)).toEqual([]);
  });

  test.each(["8m", "32m"])(
    "that becomes full during the first start, at %s; with more room it goes on",
    async (size) => {
      const path = await disk(`filling-${size}`, size);
      expect(await refusalOfBegun(path)).toEqual([`METER_DATA_DIR: ${path} is on a disk that is full`]);
      remount(path, "size=400m");
      const meter = await startMeter(path);
      expect((await meter.call("POST", "/api/v1/meters", countMeter)).status).toBe(201);
      await meter.stop();
    },
  );

  test("that takes no more files: it ends with a line, and what it acknowledged is counted when there is room", async () => {
    const path = await disk("fills", "400m");
    let meter: Meter | null = await startMeter(path);
    expect((await meter.call("POST", "/api/v1/meters", countMeter)).status).toBe(201);
    const { lines, exited } = meter;
    const traffic = startTraffic(() => meter?.call ?? null, 0);
    while (traffic.acknowledged() < 50) await sleep(10);
    const { files } = statfsSync(path);
    const allowNoMoreFiles = (): void => {
      for (let tries = 0; tries < 100; tries += 1) {
        const now = statfsSync(path);
        if (mount("-o", `remount,nr_inodes=${now.files - now.ffree}`, path) === "") return; // or one more was made meanwhile
      }
      throw new Error("the files cannot be limited");
    };
    allowNoMoreFiles();
    // Bytes are left, so that events are taken until the log needs a new file.
    let ended = false;
    void exited.then(() => (ended = true));
    const hasEnded = (): boolean => ended;
    for (let sent = 0; !hasEnded(); sent += 1) {
      const large = workEvent(1_000_000 + sent, { n: 1, text: "x".repeat(900_000) });
      await meter.call("POST", "/api/v1/events", { ...large, type: "large" }).catch(() => null);
    }
    expect(await exited).toEqual({ code: 1, signal: null });
    meter = null;
    expect(lines.filter((line) => /^meter: (?!warn: |error: )/.test(line))).toEqual([
      expect.stringMatching(/^meter: the event log cannot be written any more: .*No space left/),
    ]);
    expect(await processesLeft(path, 10_000)).toEqual([]);
    allowNoMoreFiles(); // some were removed when it ended
    expect(await refusalOfBegun(path)).toEqual([`METER_DATA_DIR: ${path} is on a disk that is full`]);
    remount(path, `nr_inodes=${files}`);
    meter = await startMeter(path);
    await traffic.end();
    expect(await totalOf(meter.call)).toBe(traffic.sent());
    await meter.stop();
  });

  test("that is read-only", async () => {
    const path = await disk("read-only", "400m");
    remount(path, "ro");
    expect(await refusalOfDirectory(path)).toEqual([`METER_DATA_DIR: ${path} is on a read-only file system`]);
    remount(path, "rw");
    const meter = await startMeter(path);
    await meter.call("POST", "/api/v1/events", [workEvent(0)]);
    await meter.stop();
    remount(path, "ro");
    expect(await refusalOfDirectory(path)).toEqual([`METER_DATA_DIR: ${path} is on a read-only file system`]);
    remount(path, "rw");
    await (await startMeter(path)).stop();
  });
});
