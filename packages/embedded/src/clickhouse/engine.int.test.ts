import { once } from "node:events";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { prepareDirectory } from "../directory.ts";
import { clickHousePackage, resolvePlatformPackage } from "../platform-package.ts";
import { createScratch, type Scratch, send } from "../testing.ts";
import { defaultMemoryBytes } from "./config.ts";
import { startEngine } from "./engine.ts";
import { findFreePort } from "./free-port.ts";

let scratch: Scratch;
beforeEach(async () => {
  scratch = await createScratch();
});
afterEach(() => scratch.clean());

describe("a port that another program takes before the engine does", () => {
  /** A web server that says "yes" to everything; resolves to its port. */
  const startStranger = async (): Promise<number> => {
    const stranger = createServer((_, response) => response.end("1\n"));
    stranger.listen(0, "127.0.0.1");
    await once(stranger, "listening");
    scratch.defer(async () => stranger.close());
    const address = stranger.address();
    if (address === null || typeof address === "string") throw new Error("the stranger has no port");
    return address.port;
  };

  const start = async (pickPort: () => Promise<number>): ReturnType<typeof startEngine> =>
    startEngine({
      library: join(
        dirname(resolvePlatformPackage(clickHousePackage(process.platform, process.arch), "CLICKHOUSE_URL")),
        "libchdb.so",
      ),
      dataDir: await prepareDirectory(join(scratch.dir, "clickhouse")),
      runDir: await prepareDirectory(join(scratch.dir, "clickhouse.run")),
      life: 1,
      maxServerMemoryBytes: defaultMemoryBytes(),
      queryLog: false,
      onLog: () => {},
      signal: new AbortController().signal,
      pickPort,
    });

  test("is not mistaken for the engine: the next port is tried", async () => {
    const taken = await startStranger();
    const ports = [taken];
    const engine = await start(async () => ports.shift() ?? findFreePort());
    scratch.defer(() => engine.kill());
    expect(engine.endpoint.url).not.toBe(`http://127.0.0.1:${taken}`);
    expect(await send(engine.endpoint, "SELECT 'engine'")).toEqual({ status: 200, text: "engine" });
  });

  test("after five such ports the start is given up, in one line that names the directory", async () => {
    const taken = await startStranger();
    let tries = 0;
    const refused = start(async () => {
      tries += 1;
      return taken;
    });
    await expect(refused).rejects.toThrow(
      /^ClickHouse did not start in \S+clickhouse: [^\n]*Address already in use[^\n]*$/,
    );
    expect(tries).toBe(5);
  });
});
