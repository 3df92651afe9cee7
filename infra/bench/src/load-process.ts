// The load as a process of its own, so that making it is not what is measured.
import { fork } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { benchEvent } from "./events.ts";
import { createPoster } from "./load.ts";

const connections = 8;
const batchEvents = 1_000;
const preparedBatches = 400;

/** Batches of 1,000 new events over 8 connections, as fast as they are taken, until `stop`. */
export type Load = Readonly<{
  /** Ends it, and answers how many events were acknowledged and how many requests were put off with 503. */
  stop: () => Promise<Readonly<{ acknowledged: number; putOff: number }>>;
}>;

export const startLoad = (url: string, key: string): Load => {
  const child = fork(fileURLToPath(import.meta.url), [url, key]);
  return {
    stop: async () => {
      const answered = once(child, "message");
      child.send("stop");
      const [answer] = (await answered) as [{ acknowledged: number; putOff: number }];
      return answer;
    },
  };
};

const run = async (url: string, key: string): Promise<void> => {
  const { post, close } = createPoster(url, key, connections);
  const marker = "event-00000000-";
  const bodies = Array.from({ length: preparedBatches }, () =>
    Buffer.from(
      JSON.stringify(
        Array.from({ length: batchEvents }, (_, index) => ({ ...benchEvent(index), id: `${marker}${index}` })),
      ),
    ),
  );
  const places = indexesOf(bodies[0] ?? Buffer.alloc(0), marker);
  let sent = 0;
  let acknowledged = 0;
  let putOff = 0;
  let running = true;
  process.once("message", () => {
    running = false;
  });
  await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      for (let turn = 0; running; turn++) {
        const body = bodies[(connection + turn * connections) % preparedBatches] ?? Buffer.alloc(0);
        const number = String(++sent).padStart(8, "0");
        for (const place of places) body.write(number, place + "event-".length, "latin1");
        const status = await post("/api/v1/events", body, "application/cloudevents-batch+json");
        if (status === 204) acknowledged += batchEvents;
        else if (status === 503) putOff += 1;
        else throw new Error(`the load was answered with ${status}`);
      }
    }),
  );
  close();
  process.send?.({ acknowledged, putOff });
  process.disconnect?.();
};

const indexesOf = (body: Buffer, text: string): readonly number[] => {
  const found: number[] = [];
  for (let at = body.indexOf(text); at >= 0; at = body.indexOf(text, at + 1)) found.push(at);
  return found;
};

const [, script, url, key] = process.argv;
if (script === fileURLToPath(import.meta.url) && url !== undefined && key !== undefined) await run(url, key);
