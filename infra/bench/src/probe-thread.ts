// Asks a server for /healthz every 10 ms, from a thread that does nothing else, and says how long each answer took.
import { Agent, get } from "node:http";
import { parentPort, Worker, workerData } from "node:worker_threads";

export const probeEveryMs = 10;

/** Ends the probing. Each probe counts from when it was due, so one that could not even be sent in time counts, too. */
export type Probe = Readonly<{ stop: () => Promise<readonly number[]> }>;

export const startProbe = async (url: string): Promise<Probe> => {
  const worker = new Worker(new URL(import.meta.url), { workerData: url });
  const failed = new Promise<never>((_, reject) => worker.once("error", reject));
  failed.catch(() => undefined); // seen when it is stopped
  const said = (): Promise<unknown> =>
    Promise.race([failed, new Promise((resolve) => worker.once("message", resolve))]);
  await said();
  return {
    stop: async () => {
      const times = said();
      worker.postMessage("stop");
      return (await times) as readonly number[]; // as answered below
    },
  };
};

const probe = (url: string): void => {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const times: number[] = [];
  let due = performance.now();
  let open = 0;
  let stopping = false;
  const send = (dueAt: number): void => {
    open += 1;
    ask(dueAt);
  };
  const ask = (dueAt: number): void => {
    const end = (): void => {
      times.push(performance.now() - dueAt);
      open -= 1;
      if (stopping && open === 0) finish();
    };
    const asked = get(`${url}/healthz`, { agent }, (answer) => {
      if (answer.statusCode !== 200) throw new Error(`/healthz answered ${answer.statusCode}`);
      answer.resume().once("end", end);
    });
    asked.once("error", (error: NodeJS.ErrnoException) => {
      // The server may close an idle connection in the very moment it is used again.
      if (!asked.reusedSocket || error.code !== "ECONNRESET") throw error;
      ask(dueAt);
    });
  };
  const tick = setInterval(() => {
    for (; due <= performance.now(); due += probeEveryMs) send(due);
  }, probeEveryMs / 2);
  const finish = (): void => {
    agent.destroy();
    parentPort?.postMessage(times);
    parentPort?.close();
  };
  parentPort?.once("message", () => {
    stopping = true;
    clearInterval(tick);
    if (open === 0) finish();
  });
  parentPort?.postMessage("ready");
};

if (typeof workerData === "string") probe(workerData);
