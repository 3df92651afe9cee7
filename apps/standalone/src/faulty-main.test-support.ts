import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { createClient } from "@clickhouse/client";
import { openClickHouse } from "@meter/clickhouse";
import { parseConfig } from "@meter/core";
import { instant } from "@meter/primitives";
import { type CutAnswers, startCutAnswers } from "./cut-answers.test-support.ts";
import { FatalError } from "./fatal-error.ts";
import { createLogLines } from "./log-lines.ts";
import { createFaults, type Fault } from "./faults.test-support.ts";
import type { FaultyOptions } from "./faulty-meter.test-support.ts";
import { type Shared, startStandalone } from "./standalone.ts";

// The product as `main.ts` runs it, with a hand between its parts and what they share, and a door for whoever holds that
// hand: POST /arm takes faults, POST /cut the next answer to an insert, POST /sql a statement for the engine.

const options = JSON.parse(process.env["FAULTY_METER"] ?? "{}") as FaultyOptions;
const config = parseConfig(process.env);
if (!config.ok) throw new Error(config.error.join("; "));
const dataDir = resolve(config.value.dataDir);

const enginePid = (): number =>
  (JSON.parse(readFileSync(join(dataDir, "clickhouse.run", "engine.json"), "utf8")) as { pid: number }).pid;

const faults = createFaults(enginePid);
faults.arm(options.faults ?? []);

/** Time that runs `speed` times as fast, from an instant on that later lives share. */
const fast = ({ clock, timer }: Shared): Pick<Shared, "clock" | "timer"> => {
  const { speed = 1, since = 0 } = options;
  return {
    clock: { now: () => instant(Math.round(since + (clock.now() - since) * speed)) },
    timer: { sleep: (ms, signal) => timer.sleep(ms / speed, signal), yield: timer.yield },
  };
};

const openDoor = (shared: Shared, answers: CutAnswers): void => {
  const sql = async (query: string): Promise<string> => {
    const { url, username, password, headers } = await shared.connect();
    const client = createClient({ url, username, password, http_headers: headers, database: "meter" });
    try {
      const { stream } = await client.exec({
        query,
        clickhouse_settings: { output_format_json_quote_64bit_integers: 0, mutations_sync: "2" },
      });
      return await text(stream);
    } finally {
      await client.close();
    }
  };
  const answer = async (path: string, body: string): Promise<string> => {
    if (path === "/arm") faults.arm(JSON.parse(body) as readonly Fault[]);
    else if (path === "/cut") answers.cutNextInsert();
    else return sql(body);
    return "";
  };
  const door = createServer((request, response) => {
    text(request)
      .then((body) => answer(request.url ?? "", body))
      .then(
        (said) => response.end(said),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  door.listen(0, "127.0.0.1", () => {
    const address = door.address();
    say(`the door is at http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
  });
};

const { logger, say, fail } = createLogLines(
  { level: config.value.logLevel, format: "text" },
  { out: process.stdout, err: process.stderr },
);
const abort = new AbortController();
process.on("SIGTERM", () => abort.abort());

let answers: CutAnswers | null = null;
const handOver = (shared: Shared): Shared => {
  if (answers === null) throw new Error("there is no way to the engine yet");
  openDoor(shared, answers);
  return faults.handOver({
    ...shared,
    ...fast(shared),
    boot: options.boot ?? shared.boot,
    usage: openClickHouse({ connect: answers.connect }),
  });
};

try {
  let connect: Shared["connect"] = () => Promise.reject(new Error("there is no engine yet"));
  answers = await startCutAnswers(() => connect());
  await startStandalone(
    { ...config.value, dataDir },
    { say, logger, isWatched: false, signal: abort.signal },
    (shared) => {
      connect = shared.connect;
      return handOver(shared);
    },
  );
  process.exit(0);
} catch (error) {
  const line = error instanceof FatalError ? error.message : error instanceof Error ? error.stack : String(error);
  fail(String(line));
  process.exit(1);
}
