// Sends traces to a running Meter: METER_URL (default http://127.0.0.1:8888), METER_API_KEY; arguments are CSV files.
import process from "node:process";
import { createClient } from "./client.ts";
import { endWith } from "./end-with.ts";
import { createOutput } from "./output.ts";
import { runTraces } from "./run.ts";
import { generateTrace, readTrace } from "./trace.ts";

await endWith("llm-trace", async () => {
  const files = process.argv.slice(2);
  const traces = files.length === 0 ? [generateTrace()] : await Promise.all(files.map(readTrace));
  const client = createClient(process.env["METER_URL"] ?? "http://127.0.0.1:8888", process.env["METER_API_KEY"]);
  const checks = await runTraces(client, traces, createOutput(process.stdout));
  return checks.every(({ ok }) => ok) ? 0 : 1;
});
