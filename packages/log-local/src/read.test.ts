import type { ClassicLevel } from "classic-level";
import { describe, expect, test } from "vitest";
import { recordKey } from "./layout.ts";
import { events, withDatabase, withDirectory, withLog } from "./test-support.ts";

describe("an event that should be there and is not", () => {
  /** Three records of ten; the log is opened first, because opening looks at both ends. */
  const readDamaged = async (
    damage: (db: ClassicLevel<Buffer, Buffer>) => Promise<void>,
    from: number,
  ): Promise<unknown> => {
    let result: unknown;
    await withDirectory(async (directory) => {
      await withLog(directory, async (log) => {
        for (const group of ["a", "b", "c"]) await log.writer.append(events(10, group));
      });
      await withDatabase(directory, damage);
      await withLog(directory, async (log) => {
        result = await log.partition.read(from, { rowsMax: 100, bytesMax: 1_000_000 }).catch((error: unknown) => error);
      });
    });
    return result;
  };
  const drop = (db: ClassicLevel<Buffer, Buffer>): Promise<void> => db.del(recordKey(10));
  const tear = async (db: ClassicLevel<Buffer, Buffer>): Promise<void> => {
    const bytes = (await db.get(recordKey(10))) ?? Buffer.alloc(0);
    bytes[bytes.length - 5] = (bytes.at(-5) ?? 0) ^ 1;
    await db.put(recordKey(10), bytes);
  };

  test.each([
    { why: "a missing record", damage: drop, from: 0, named: "offset 10" },
    { why: "a missing record, read from it on", damage: drop, from: 10, named: "offset 10" },
    { why: "a missing record, read from inside it", damage: drop, from: 15, named: "offset 15" },
    { why: "a torn record", damage: tear, from: 0, named: "offset 10" },
    { why: "a torn record, read from inside it", damage: tear, from: 15, named: "offset 10" },
  ])("$why stops the read and names the offset", async ({ damage, from, named }) => {
    const result = await readDamaged(damage, from);
    expect(result).toBeInstanceOf(Error);
    expect(String(result)).toContain(named);
  });

  test("what lies behind it can be read", async () => {
    expect(await readDamaged(drop, 20)).toHaveLength(10);
  });
});
