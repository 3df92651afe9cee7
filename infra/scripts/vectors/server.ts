import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export type Server = Readonly<{ url: string; stop: () => Promise<void> }>;

const mainFile = fileURLToPath(new URL("../../../apps/standalone/src/main.ts", import.meta.url));

/** The product as a user runs it, without keys, on a directory and a port of its own; `stop` removes the directory. */
export const startServer = async (): Promise<Server> => {
  const dataDir = await mkdtemp(join(tmpdir(), "meter-vectors-"));
  const child = spawn(process.execPath, ["--no-warnings", mainFile], {
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      METER_DATA_DIR: join(dataDir, "data"),
      METER_PORT: "0",
      METER_AUTH: "off",
      METER_LOG_LEVEL: "error",
      METER_LOG_FORMAT: "text",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await exited;
    await rm(dataDir, { recursive: true, force: true });
  };
  const said: string[] = [];
  const url = await new Promise<string | null>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      said.push(line);
      const ready = /^meter: ready on (\S+)$/.exec(line);
      if (ready?.[1] !== undefined) resolve(ready[1]);
    });
    void exited.then(() => resolve(null));
  });
  if (url !== null) return { url, stop };
  await stop();
  throw new Error(`the server did not start:\n${said.join("\n")}`);
};
