import { setTimeout as sleep } from "node:timers/promises";
import type { InsertAnswer } from "@meter/core";
import type { Shared } from "./standalone.ts";

// Stands between the parts and what they share. The parts run as they are; a call of a port is named `<port>.<method>`.

export type Fault = Readonly<{
  /** `http.fetch`, or a method of `writer`, `log`, `tables`, `engine`, `disk`, `builds` or `parked`. */
  point: string;
  /** Which call from the arming on, counted from 1. Default: the first. */
  nth?: number;
  /**
   * `die_*`: the process is killed by SIGKILL, as it stands before the call, `ms` after its beginning, or when it has
   * returned. For inserts alone: `unanswered` takes no notice of the call, which goes on; `answer_lost` waits for it and
   * takes no notice of what it says; `engine_stopped` sends it to an engine that is held by SIGSTOP, and waits for `ms`.
   */
  does: "die_before" | "die_during" | "die_after" | "unanswered" | "answer_lost" | "engine_stopped";
  ms?: number;
}>;

export type Faults = Readonly<{
  /** Besides those that are armed already. */
  arm: (faults: readonly Fault[]) => void;
  /** The same things, with the armed fault in between. */
  handOver: (shared: Shared) => Shared;
}>;

const noAnswer: InsertAnswer = { type: "unknown", reason: "no answer in time" };
const never = new Promise<never>(() => undefined);

const die = (): Promise<never> => {
  process.kill(process.pid, "SIGKILL");
  return never;
};

export const createFaults = (enginePid: () => number): Faults => {
  const armed = new Map<Fault, number>(); // and how many of its calls are still to come

  /** The fault that strikes at this call. */
  const next = (point: string): Fault | null => {
    for (const [fault, calls] of armed) {
      if (fault.point !== point) continue;
      if (calls > 1) armed.set(fault, calls - 1);
      else {
        armed.delete(fault);
        return fault;
      }
    }
    return null;
  };

  const strike = async ({ does, ms = 0 }: Fault, call: () => Promise<unknown>): Promise<unknown> => {
    switch (does) {
      case "die_before":
        return die();
      case "die_during":
        setTimeout(() => void die(), ms);
        return call().then(() => never);
      case "die_after":
        await call();
        return die();
      case "unanswered":
        void call();
        return noAnswer;
      case "answer_lost":
        await call();
        return noAnswer;
      case "engine_stopped":
        process.kill(enginePid(), "SIGSTOP");
        return Promise.race([call().then(() => noAnswer), sleep(ms, noAnswer)]);
    }
  };

  /** Every method that is armed by its name answers with a promise; the others are passed on as they are. */
  const between = <Port extends object>(name: string, port: Port): Port =>
    new Proxy(port, {
      get: (target, key) => {
        const method: unknown = Reflect.get(target, key);
        if (typeof method !== "function") return method;
        return (...input: unknown[]): unknown => {
          const call = (): unknown => Reflect.apply(method, target, input);
          const fault = next(`${name}.${String(key)}`);
          return fault === null ? call() : strike(fault, async () => await call());
        };
      },
    });

  return {
    arm: (faults) => {
      for (const fault of faults) armed.set(fault, fault.nth ?? 1);
    },
    handOver: (shared) => ({
      ...shared,
      log: {
        ...shared.log,
        writer: between("writer", shared.log.writer),
        partition: between("log", shared.log.partition),
      },
      usage: { ...shared.usage, tables: between("tables", shared.usage.tables) },
      engine: between("engine", shared.engine),
      disk: between("disk", shared.disk),
      postgres: {
        ...shared.postgres,
        builds: between("builds", shared.postgres.builds),
        parked: between("parked", shared.postgres.parked),
      },
      databaseOutage: {
        ...shared.databaseOutage,
        shield: (fetch) => {
          const port = between("http", { fetch: async (request: Request) => fetch(request) });
          return shared.databaseOutage.shield((request) => port.fetch(request));
        },
      },
    }),
  };
};
