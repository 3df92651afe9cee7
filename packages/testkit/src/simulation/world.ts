import type { IdSource } from "@meter/core";
import { createUlid, instant } from "@meter/primitives";
import { type Control, createControl } from "./control.ts";
import { createLog, type Log } from "./log.ts";
import { createOperations, type Life, type Operations } from "./operations.ts";
import type { Server } from "./server.ts";
import { createTables, type Tables } from "./tables.ts";

/** Which table refuses an event for good, until it is healed. */
export type Spoilt = "events" | "usage" | "both";

/** A read that has not been answered: what had been acknowledged before it, and what was shown as parked at some time since. */
export type Question = Readonly<{ acknowledged: ReadonlySet<string>; parked: Set<string> }>;

/** Everything that is not code of the product: what lies on the disks, what is under way, and what was promised. */
export type World = {
  now: number;
  boot: number;
  readonly operations: Operations;
  readonly log: Log;
  readonly tables: Tables;
  readonly control: Control;
  /** Statements to Postgres that lost their client: each may still take effect. */
  lateStatements: Readonly<{ label: string; take: () => void }>[];
  server: Server | null;
  /** Usage entries that a block of the worker may have; undefined: the product's own bound, which no run reaches. */
  readonly entriesMax: number | undefined;
  readonly listeners: Set<Readonly<{ life: Life; call: () => void }>>;
  readonly spoilt: Map<string, Spoilt>;
  eventsMade: number;
  metersMade: number;
  /** Events that were answered with a 2xx. */
  readonly acknowledged: Set<string>;
  unanswered: number;
  readonly questions: Set<Question>;
  /** Promises that were broken, in words. */
  readonly broken: string[];
  readonly ids: IdSource;
};

export const firstInstant = 1_700_000_000_000;

export const createWorld = (entriesMax?: number): World => {
  let ids = 0;
  return {
    now: firstInstant,
    boot: 1,
    operations: createOperations(),
    log: createLog(),
    tables: createTables(),
    control: createControl(),
    lateStatements: [],
    server: null,
    entriesMax,
    listeners: new Set(),
    spoilt: new Map(),
    eventsMade: 0,
    metersMade: 0,
    acknowledged: new Set(),
    unanswered: 0,
    questions: new Set(),
    broken: [],
    ids: { ulid: () => createUlid(instant(firstInstant), Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, ++ids)) },
  };
};

export const breakPromise = (world: World, what: string): void => {
  if (!world.broken.includes(what)) world.broken.push(what);
};
