import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Meter, scratchDirectory, startMeter } from "./meter.test-support.ts";

// The README's walk, run as it is written: its address and its data directory are those of this test.

const hasCurl = spawnSync("curl", ["--version"]).status === 0;

const readChapter = async (chapter: string): Promise<string> => {
  const readme = await readFile(new URL("../../../README.md", import.meta.url), "utf8");
  return new RegExp(`^## ${chapter}$(.*?)^## `, "msu").exec(readme)?.[1] ?? "";
};

/** The commands of a chapter, one after the other. */
const commandsOf = async (chapter: string): Promise<readonly string[]> =>
  [...(await readChapter(chapter)).matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code]) => code ?? "");

/** What a chapter says is printed. */
const printedIn = async (chapter: string): Promise<string> =>
  /^```text\n(.*?)^```$/ms.exec(await readChapter(chapter))?.[1] ?? "nothing is said to be printed";

const run = async (script: string, directory: string): Promise<string> => {
  const shell = spawn("bash", ["-eu"], { cwd: directory, stdio: ["pipe", "pipe", "inherit"] });
  shell.stdin.end(script);
  const [output, [code]] = await Promise.all([text(shell.stdout), once(shell, "exit")]);
  expect(code, output).toBe(0);
  return output;
};

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
    const blocks = await commandsOf("Five minutes");
    expect(blocks.length).toBeGreaterThan(4);
    const script = blocks.join("\necho\n").replace("http://127.0.0.1:8888", meter.url);
    expect(script).toContain(meter.url);
    const output = await run(script, scratch.path);
    expect(output.endsWith("\n")).toBe(true);
    let at = 0; // the answers come in the order of the commands
    for (const [, comment = ""] of script.matchAll(/^# ((?:\{|HTTP|window_start|\d{4}-).*)$/gm))
      for (const part of comment.split("…")) {
        const found = output.indexOf(part, at);
        expect(found, `${part} of ${comment}`).toBeGreaterThanOrEqual(0);
        at = found + part.length;
      }
    expect(output.match(/HTTP\/1\.1 204 No Content/g)).toHaveLength(2);
    expect(output).toContain('"value":1200.3');
    expect(output).toContain('"windowStart":"2026-11-03T00:00:00+05:30"');
    expect(output).toContain("2026-11-01T10:00:00Z,2026-11-01T10:31:00Z,acme,0.300000");
    expect(output).toContain('"subjectKeys":["acme"]');
    expect(output).toMatch(/"token":"mtr_|"key":"mtr_/);
    expect(output).not.toContain('"status":4');
  });
});

describe.skipIf(!hasCurl)("the README's way from usage to an invoice (needs curl)", () => {
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
  let meter: Meter;
  beforeAll(async () => {
    scratch = await scratchDirectory();
    meter = await startMeter(join(scratch.path, "data-billing"), { METER_CLOCK: "manual" });
  });
  afterAll(async () => {
    await meter.stop();
    await scratch.remove();
  });

  test("every command does what it says, and the invoice is what it must be", async () => {
    const [start = "", ...blocks] = await commandsOf("From usage to an invoice");
    expect(start).toContain("METER_CLOCK=manual METER_DATA_DIR=./data-billing METER_PORT=8899 npm start");
    const output = await run(blocks.join("\necho\n").replace("http://127.0.0.1:8899", meter.url), scratch.path);
    expect(output).toContain("HTTP/1.1 204 No Content");
    expect(output).not.toContain('"status":4');
    expect(output).toContain(await printedIn("From usage to an invoice"));
    const { json } = await meter.call("GET", "/api/v1/billing/invoices?expand=lines&order=ASC");
    const { items } = json as {
      items: {
        number: string;
        status: string;
        totals: { total: string };
        lines: { name: string; totals: { total: string } }[];
      }[];
    };
    expect(
      items.map(({ number, status, totals, lines }) => [
        number,
        status,
        totals.total,
        lines.map((line) => [line.name, line.totals.total]),
      ]),
    ).toEqual([
      ["INV-ACIN-1", "issued", "29.00", [["Monthly fee", "29.00"]]],
      [
        "INV-ACIN-2",
        "issued",
        "31.50",
        [
          ["Monthly fee", "29.00"],
          ["API calls", "2.50"],
        ],
      ],
    ]);
  });
});
