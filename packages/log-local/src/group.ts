import type { LogDatabase } from "./database.ts";
import { encodeOffset, metaKeys, recordKey } from "./layout.ts";
import { keyAt, type PreparedEvents } from "./prepare.ts";
import { frameEnd, type RecordBuilder } from "./record.ts";
import type { Turns } from "@meter/core";
import type { WriteLane } from "./write-lane.ts";

/** Which events of a call are new: 1 at their index, else 0. `count` of them. */
export type NewEvents<Call> = Readonly<{ call: Call; isNew: Uint8Array; count: number }>;

type HasEvents = Readonly<{ events: PreparedEvents }>;

/**
 * Keys looked up by one call into the database; the look-ups of a group run beside each other. `getMany` asks the Bloom
 * filters; `hasMany` of the binding walks an iterator, which cannot, and reads a block of every level for a new key.
 */
const keysPerLookup = 500;
/** The value of a key says nothing. It is not empty, because the binding loses 32 bytes of memory at each empty value. */
const taken = Buffer.from("1");

/**
 * The new events of a group of calls: each key once, at its first place. To be called when no write of another group is
 * under way, so that the database shows every key that has been taken.
 */
export const findNewEvents = async <Call extends HasEvents>(
  db: LogDatabase,
  group: readonly Call[],
  turns: Turns,
): Promise<readonly NewEvents<Call>[]> => {
  const firsts = await findFirsts(group, turns);
  const isKnown = await lookUp(db, firsts, turns);
  let at = 0;
  return firsts.map(({ call, isNew }) => {
    let count = 0;
    for (let index = 0; index < isNew.length; index += 1) {
      if (isNew[index] === 0) continue;
      if (isKnown[at] === true) isNew[index] = 0;
      else count += 1;
      at += 1;
    }
    return { call, isNew, count };
  });
};

type Firsts<Call> = Readonly<{ call: Call; isNew: Uint8Array }>;

const findFirsts = async <Call extends HasEvents>(
  group: readonly Call[],
  turns: Turns,
): Promise<readonly Firsts<Call>[]> => {
  const seen = new Set<string>();
  const firsts: Firsts<Call>[] = [];
  for (const call of group) {
    const isNew = new Uint8Array(call.events.count);
    for (const [index, key] of call.events.keyTexts.entries()) {
      if (turns.due()) await turns.next();
      if (seen.has(key)) continue;
      seen.add(key);
      isNew[index] = 1;
    }
    firsts.push({ call, isNew });
  }
  return firsts;
};

/** One answer for each marked event, in order. */
const lookUp = async (
  db: LogDatabase,
  firsts: readonly Firsts<HasEvents>[],
  turns: Turns,
): Promise<readonly boolean[]> => {
  const lookups: Promise<readonly (string | undefined)[]>[] = [];
  let keys: Buffer[] = [];
  const start = (): void => {
    const lookup = db.getMany<Buffer, string>(keys, { valueEncoding: "utf8" });
    lookup.catch(() => undefined); // it may fail before all have been started, and is awaited below
    lookups.push(lookup);
    keys = [];
  };
  for (const { call, isNew } of firsts)
    for (let index = 0; index < isNew.length; index += 1) {
      if (isNew[index] === 0) continue;
      keys.push(keyAt(call.events, index));
      if (keys.length < keysPerLookup) continue;
      start();
      if (turns.due()) await turns.next();
    }
  if (keys.length > 0) start();
  return (await Promise.all(lookups)).flat().map((value) => value !== undefined);
};

/**
 * Writes keys, events and the next offset as one batch, and syncs it. Returns the next offset when that is durable.
 * At least one event has to be new.
 */
export const writeGroup = async (
  { db, lane, records, turns }: Readonly<{ db: LogDatabase; lane: WriteLane; records: RecordBuilder; turns: Turns }>,
  group: readonly NewEvents<HasEvents>[],
  firstOffset: number,
): Promise<number> => {
  const batch = db.batch();
  let next = firstOffset;
  const endRecord = (): void => {
    const key = recordKey(next);
    next += records.count();
    batch.put(key, records.finish()); // copies
  };
  for (const { call, isNew } of group) {
    const { frames } = call.events;
    let end = 0;
    for (let index = 0; index < isNew.length; index += 1) {
      const start = end;
      end = frameEnd(frames, start);
      if (isNew[index] === 0) continue;
      if (turns.due()) await turns.next();
      if (!records.fits(end - start)) endRecord();
      records.add(frames, start, end);
      batch.put(keyAt(call.events, index), taken);
    }
  }
  endRecord();
  batch.put(metaKeys.next, encodeOffset(next));
  await lane.run(() => batch.write({ sync: true }));
  return next;
};
