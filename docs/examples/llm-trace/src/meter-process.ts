import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";

export type MeterProcess = Readonly<{ url: string; stop: () => Promise<void> }>;

export type MeterOptions = Readonly<{
  root: string;
  dataDir: string;
  /** On a manual clock months are closed when the run says so. */
  clock: "manual" | "system";
  port?: number;
  onLine?: (line: string) => void;
}>;

/** Starts the whole product as `npm start` does, and waits until it serves. */
export const startMeter = async (options: MeterOptions): Promise<MeterProcess> => {
  const port = options.port ?? process.env["METER_PORT"] ?? 0; // any that is free: another Meter may be running
  const child = spawn(process.execPath, [join(options.root, "apps/standalone/src/main.ts")], {
    cwd: options.root,
    env: {
      ...process.env,
      METER_DATA_DIR: options.dataDir,
      METER_CLOCK: options.clock,
      METER_LOG_LEVEL: "warn",
      METER_LOG_FORMAT: "text",
      METER_PORT: String(port),
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // Ctrl-C reaches this script, which stops Meter when it is done
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let last = "";
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", (line) => {
        last = line;
        options.onLine?.(line);
        const address = /^meter: ready on (http:\S+)$/.exec(line)?.[1];
        if (address !== undefined) resolve(address);
      });
    void exited.then(() => reject(new Error(`Meter did not start: ${last}`)));
  });
  return {
    url,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
};
