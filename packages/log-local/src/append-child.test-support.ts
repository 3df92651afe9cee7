/**
 * A process for tests to kill: appends events to the log in the directory given, and prints the ids of each call once it
 * has been acknowledged. Ends with its parent.
 */
import { writeSync } from "node:fs";
import { event, openOrThrow } from "./test-support.ts";

const [directory = ".", life = "0"] = process.argv.slice(2);
process.stdin.on("end", () => process.exit(0)).resume();

const log = await openOrThrow(directory);
const callers = 4;
const sizes = [1, 3, 200, 1];

const call = async (caller: number): Promise<never> => {
  for (let round = 0; ; round += 1) {
    const size = sizes[round % sizes.length] ?? 1;
    const own = Array.from({ length: size }, (_, index) => event(`${life}-${caller}-${round}-${index}`));
    // Callers send each other's events too, and events of the lives before.
    const shared = [event(`shared-${round}`), event(`${Math.max(0, Number(life) - 1)}-${caller}-${round}-0`)];
    const sent = [...own, ...shared];
    const result = await log.writer.append(sent);
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    writeSync(1, `${sent.map(({ id }) => id).join(" ")}\n`);
  }
};
await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
