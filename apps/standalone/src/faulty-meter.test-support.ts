import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Fault } from "./faults.test-support.ts";
import { type Meter, startMeter } from "./meter.test-support.ts";

const program = fileURLToPath(new URL("faulty-main.test-support.ts", import.meta.url));

export type FaultyOptions = Readonly<{
  /** Armed before anything runs. */
  faults?: readonly Fault[];
  /** The life of the machine that the process finds itself in. Default: the real one. */
  boot?: string;
  /** How fast time runs for the worker, from the instant `since` on. Default: as fast as it does. */
  speed?: number;
  since?: number;
}>;

/** The product with a hand between its parts: see faulty-main. */
export type FaultyMeter = Meter &
  Readonly<{
    arm: (...faults: readonly Fault[]) => Promise<void>;
    /** The answer to the next insert gets lost. */
    cutNextInsert: () => Promise<void>;
    /** Rows of one statement on the engine, by a client of the test's own. */
    sql: (query: string) => Promise<readonly (readonly unknown[])[]>;
  }>;

export const startFaultyMeter = async (dataDir: string, options: FaultyOptions = {}): Promise<FaultyMeter> => {
  const meter = await startMeter(
    dataDir,
    { FAULTY_METER: JSON.stringify(options), METER_LOG_LEVEL: "info" },
    [],
    program,
  );
  const door = async (): Promise<string> => {
    for (let tries = 0; tries < 100; tries++) {
      const line = meter.lines.find((said) => said.startsWith("the door is at "));
      if (line !== undefined) return line.split(" ").at(-1) ?? "";
      await sleep(20);
    }
    throw new Error("the process has no door");
  };
  const knock = async (path: string, body: string): Promise<string> => {
    const answer = await fetch(new URL(path, await door()), { method: "POST", body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text;
  };
  return {
    ...meter,
    arm: async (...faults) => void (await knock("/arm", JSON.stringify(faults))),
    cutNextInsert: async () => void (await knock("/cut", "")),
    sql: async (query) => {
      const text = await knock("/sql", /^\s*select/i.test(query) ? `${query} FORMAT JSONCompactEachRow` : query);
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as readonly unknown[]);
    },
  };
};
