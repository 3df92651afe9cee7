import { assert } from "@meter/primitives";
import type { LogDatabase } from "./database.ts";
import { encodeOffset, firstOffsetOf, metaKeys, recordKey } from "./layout.ts";
import { openRecord } from "./record.ts";
import type { LogState } from "./state.ts";
import type { WriteLane } from "./write-lane.ts";

/** `EventLogPartition.trim`, and a way to wait for the one that is running. */
export type Trimmer = Readonly<{ trim: (bound: number) => Promise<void>; idle: () => Promise<void> }>;

/**
 * The bound is durable before the first record goes; deletions need no sync, because a record that comes back below
 * the bound is only deleted again. Records are deleted as a whole: one that reaches over the bound stays.
 */
export const createTrimmer = (db: LogDatabase, lane: WriteLane, state: LogState, recordsPerWrite: number): Trimmer => {
  /** Everything below has been deleted in this life; what an earlier life left is found by the first trim. */
  let deletedBelow = 0;
  let last: Promise<void> = Promise.resolve();

  const trimNow = async (bound: number): Promise<void> => {
    if (bound < state.trimBound) return;
    if (bound > state.trimBound) {
      await lane.run(() => db.put(metaKeys.trimBound, encodeOffset(bound), { sync: true }));
      state.trimBound = bound;
    }
    await deleteBelow(bound);
  };

  const deleteBelow = async (bound: number): Promise<void> => {
    const keys = db.keys({ gte: recordKey(deletedBelow), lte: recordKey(bound) });
    /** The highest record so far: whether it may go shows only when the next one is known to begin below or at the bound. */
    let held: Buffer | null = null;
    try {
      for (;;) {
        const found: Buffer[] = await keys.nextv(recordsPerWrite);
        if (found.length === 0) break;
        const known: Buffer[] = held === null ? found : [held, ...found];
        held = known.pop() ?? null;
        await deleteAll(known);
      }
    } finally {
      await keys.close();
    }
    if (held === null) return;
    const firstOffset = firstOffsetOf(held);
    if (firstOffset < bound && (await endOf(held)) <= bound) await deleteAll([held]);
    deletedBelow = firstOffset;
  };

  const endOf = async (key: Buffer): Promise<number> => {
    const bytes = await db.get(key);
    assert(bytes !== undefined, "only trimming deletes records, and it runs once at a time");
    const record = openRecord(firstOffsetOf(key), bytes);
    return record.firstOffset + record.count;
  };

  const deleteAll = async (keys: readonly Buffer[]): Promise<void> => {
    if (keys.length === 0) return;
    const batch = db.batch();
    for (const key of keys) batch.del(key);
    await lane.run(() => batch.write());
  };

  return {
    trim: async (bound) => {
      assert(
        Number.isSafeInteger(bound) && bound >= 0 && bound <= state.next,
        `the trim bound ${bound} is above the next offset ${state.next}`,
      );
      const result = last.then(() => trimNow(bound));
      last = result.catch(() => undefined);
      return result;
    },
    idle: () => last,
  };
};
