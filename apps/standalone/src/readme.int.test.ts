import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Meter, scratchDirectory, startMeter } from "./meter.test-support.ts";

// The README's walk, run as it is written: its address and its data directory are those of this test.

const hasCurl = spawnSync("curl", ["--version"]).status === 0;

describe.skipIf(!hasCurl)("the README's five minutes (needs curl)", () => {
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
  let meter: Meter;
  beforeAll(async () => {
    scratch = await scratchDirectory();
    meter = await startMeter(join(scratch.path, "data"));
  });
  afterAll(async () => {
    await meter.stop();
    await scratch.remove();
  });

  test("every command does what it says", async () => {
    const readme = await readFile(new URL("../../../README.md", import.meta.url), "utf8");
    const walk = /^## Five minutes$(.*?)^## /msu.exec(readme)?.[1] ?? "";
    const blocks = [...walk.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code]) => code ?? "");
    expect(blocks.length).toBeGreaterThan(4);
    const script = blocks.join("\necho\n").replace("http://127.0.0.1:8888", meter.url);
    expect(script).toContain(meter.url);

    const shell = spawn("bash", ["-eu"], { cwd: scratch.path, stdio: ["pipe", "pipe", "inherit"] });
    shell.stdin.end(script);
    const [output, [code]] = await Promise.all([text(shell.stdout), once(shell, "exit")]);
    expect(code, output).toBe(0);
    expect(output.match(/HTTP\/1\.1 204 No Content/g)).toHaveLength(2);
    expect(output).toContain('"value":1200.3');
    expect(output).toContain('"windowStart":"2026-11-03T00:00:00+05:30"');
    expect(output).toContain("2026-11-01T10:00:00Z,2026-11-01T10:31:00Z,acme,0.300000");
    expect(output).toContain('"subjectKeys":["acme"]');
    expect(output).toMatch(/"token":"mtr_|"key":"mtr_/);
    expect(output).not.toContain('"status":4');
  });
});
