// Loaded into a server by --import: probes its event loop from inside (probe.ts). SIGUSR2 writes what was seen into the file
// that BENCH_TURNS_FILE names, and begins anew.
import { writeFileSync } from "node:fs";
import process from "node:process";
import { startProbe } from "./probe.ts";

const file = process.env["BENCH_TURNS_FILE"];
if (file !== undefined) {
  let probe = startProbe();
  process.on("SIGUSR2", () => {
    writeFileSync(file, JSON.stringify(probe.stop()));
    probe = startProbe();
  });
}
