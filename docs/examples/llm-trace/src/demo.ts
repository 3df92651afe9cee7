// `npm run demo [-- FILE… | --fresh]`: Meter on ./data-demo and a manual clock, the traces sent to it,
// their months closed and invoiced, its numbers compared with theirs.
import { readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { createClient } from "./client.ts";
import { endWith } from "./end-with.ts";
import { startMeter } from "./meter-process.ts";
import { createOutput } from "./output.ts";
import { runTraces } from "./run.ts";
import { generateTrace, readTrace } from "./trace.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const dataDir = join(root, "data-demo");
const fresh = process.argv.includes("--fresh");
const files = process.argv.slice(2).filter((argument) => argument !== "--fresh");
const output = createOutput(process.stdout);

await endWith("demo", async () => {
  const traces =
    files.length === 0 ? [generateTrace()] : await Promise.all(files.map((file) => readTrace(resolve(file))));
  if (fresh) await rm(dataDir, { recursive: true, force: true });
  output.line(`starting Meter on ${dataDir}`);
  const meter = await startMeter({ root, dataDir, clock: "manual", onLine: output.line });
  process.on("SIGINT", () => void meter.stop());
  process.on("SIGTERM", () => void meter.stop());
  try {
    const client = createClient(meter.url, (await readFile(join(dataDir, "admin-key"), "utf8")).trim());
    const checks = await runTraces(client, traces, output);
    output.line(
      `\nThe data stays in ${dataDir}: look around with METER_CLOCK=manual METER_DATA_DIR=./data-demo npm start`,
    );
    return checks.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    await meter.stop();
  }
});
