/** One life of a process: what a dead one asked for is never answered, and it runs no code again. */
export type Life = { alive: boolean };

/** Kinds of things that can happen, so that a chooser can weigh them. */
export type Kind =
  | "proceed"
  | "time"
  | "minute"
  | "send"
  | "spoil"
  | "heal"
  | "create"
  | "change"
  | "delete"
  | "ask"
  | "insert-fault"
  | "late"
  | "read-fault"
  | "control-fault"
  | "sync-fault"
  | "stall"
  | "resume"
  | "stop"
  | "kill"
  | "engine"
  | "power"
  | "merge"
  | "clean-up";

/** One thing that can happen next. The label says it in words, and finds it again in a script. */
export type Choice = Readonly<{ label: string; kind: Kind; take: () => void }>;

/** Something a process has asked for and waits for. It happens, with its answer, when the scheduler takes it. */
export type Operation = Readonly<{
  life: Life;
  name: string;
  kind: "log" | "insert" | "read" | "control" | "sync" | "engine" | "timer" | "notice";
  /** For timers: the earliest time. */
  dueAt: number | null;
  proceed: () => void;
  /** Everything else that can become of it. */
  faults: () => readonly Choice[];
  /** What becomes of it when the process that asked dies. */
  orphan: () => void;
}> & { stalled: boolean };

export type Operations = {
  /** In the order in which they were asked for. */
  pending: Operation[];
  /** Turns of the event loop that processes have asked for: each is given with the next step. */
  turns: Readonly<{ life: Life; resume: () => void }>[];
};

export const createOperations = (): Operations => ({ pending: [], turns: [] });

export type Asked<T> = Readonly<{
  life: Life;
  name: string;
  kind: Operation["kind"];
  /** Does it; what it returns is the answer, what it throws a rejection. */
  effect: () => T;
  faults?: (answer: (value: T) => void, reject: (reason: string) => void) => readonly Choice[];
  orphan?: () => void;
}>;

/** Asks the world for something. */
export const ask = <T>({ pending }: Operations, asked: Asked<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    if (!asked.life.alive) return;
    const leave = (): void => {
      const at = pending.indexOf(operation);
      if (at >= 0) pending.splice(at, 1);
    };
    const operation: Operation = {
      life: asked.life,
      name: asked.name,
      kind: asked.kind,
      dueAt: null,
      stalled: false,
      proceed: () => {
        leave();
        try {
          resolve(asked.effect());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      },
      faults: () =>
        (asked.faults?.(resolve, (reason) => reject(new Error(reason))) ?? []).map(({ label, kind, take }) => ({
          label: `${asked.name}: ${label}`,
          kind,
          take: () => {
            leave();
            take();
          },
        })),
      orphan: asked.orphan ?? (() => undefined),
    };
    pending.push(operation);
  });

/** Operations that a scheduler may let happen now: not stalled, and for timers due. */
export const isEnabled = (operation: Operation, now: number): boolean =>
  !operation.stalled && (operation.dueAt === null || operation.dueAt <= now);

/** The process is gone: what it waited for is left to what it was asked of. */
export const dropOperations = (operations: Operations, life: Life): void => {
  life.alive = false;
  const dropped = operations.pending.filter((operation) => operation.life === life);
  operations.pending = operations.pending.filter((operation) => operation.life !== life);
  operations.turns = operations.turns.filter((turn) => turn.life !== life);
  for (const { orphan } of dropped) orphan();
};
