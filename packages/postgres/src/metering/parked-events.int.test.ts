import { type LogPosition, type ParkedEvent, parkedPageBytesMax } from "@meter/core";
import { describe, expect, test } from "vitest";
import { at, nextPartition } from "../fixtures.test-support.ts";
import { usePostgres } from "../use-postgres.test-support.ts";

const postgres = usePostgres();

const parkedAt = (position: LogPosition, fields: Partial<ParkedEvent["event"]> = {}): ParkedEvent => ({
  position,
  event: {
    namespace: "default",
    id: "1",
    source: "test",
    type: "prompt",
    subject: "ada",
    time: at(0),
    data: null,
    ingestedAt: at(1),
    ...fields,
  },
  reason: "refused",
  parkedAt: at(2),
});

describe("parked events", () => {
  test("come back whole, whatever characters they have", async () => {
    const { parked } = postgres().store;
    const odd = "\0\0nul \u{1F9FE}\u{1F469}\u200D\u{1F680} \u0001\uFFFF \\0 \\x00 'quoted' \u202Ertl";
    const position = { ...nextPartition(), offset: Number.MAX_SAFE_INTEGER };
    const event = parkedAt(position, {
      namespace: "odd",
      id: odd,
      source: odd,
      type: odd,
      subject: odd,
      data: `{"text":"${"\\u0000".repeat(1_000)}🧾"}`,
    });
    await parked.park({ ...event, reason: "cannot parse \0 here" });
    expect(await parked.list({ namespace: "odd", limit: 10 })).toEqual([
      { ...event, reason: "cannot parse \uFFFD here" },
    ]);
    await parked.remove([position]);
  });

  test("an event of 4 MB is kept", async () => {
    const { parked } = postgres().store;
    const event = parkedAt(
      { ...nextPartition(), offset: 0 },
      { namespace: "large", data: `{"text":"${"é".repeat(2_000_000)}"}` },
    );
    await parked.park(event);
    expect(await parked.list({ namespace: "large", limit: 1 })).toEqual([event]);
    await parked.remove([event.position]);
  });

  test("a page is bounded by its size, and one event always fits", async () => {
    const { parked } = postgres().store;
    const partition = nextPartition();
    const sized = (offset: number, bytes: number) =>
      parkedAt({ ...partition, offset }, { namespace: "sized", data: JSON.stringify({ x: "y".repeat(bytes) }) });
    const events = [sized(1, parkedPageBytesMax), sized(2, 10), sized(3, 9_000_000), sized(4, 9_000_000), sized(5, 10)];
    for (const event of events) await parked.park(event);
    const pages: number[][] = [];
    for (let after: LogPosition | null = null; ;) {
      const page = await parked.list({ namespace: "sized", limit: 100, after });
      after = page.at(-1)?.position ?? null;
      if (after === null) break;
      pages.push(page.map(({ position }) => position.offset));
    }
    expect(pages).toEqual([[1], [2, 3, 4], [5]]);
    await parked.remove(events.map(({ position }) => position));
  });

  test("parking again renews the reason and keeps the instant", async () => {
    const { parked } = postgres().store;
    const event = parkedAt({ ...nextPartition(), offset: 5 }, { namespace: "again" });
    await parked.park(event);
    await parked.park({ ...event, reason: "still refused", parkedAt: at(99) });
    expect(await parked.list({ namespace: "again", limit: 10 })).toEqual([{ ...event, reason: "still refused" }]);
    await parked.remove([event.position]);
  });

  test("oldest position first, numbers not texts; a namespace sees its own; what is removed is gone", async () => {
    const { parked } = postgres().store;
    const partition = nextPartition();
    const later = nextPartition();
    const events = [
      parkedAt({ ...partition, offset: 9 }, { namespace: "a" }),
      parkedAt({ ...partition, offset: 10 }, { namespace: "b" }),
      parkedAt({ ...partition, partition: 1, offset: 2 }, { namespace: "a" }),
      parkedAt({ ...later, offset: 1 }, { namespace: "a" }),
    ] as const;
    for (const event of events.toReversed()) await parked.park(event);
    expect([await parked.count(5), await parked.count(3)]).toEqual([4, 3]);
    expect(await parked.list({ limit: 10 })).toEqual(events);
    expect(await parked.list({ limit: 2 })).toEqual(events.slice(0, 2));
    expect(await parked.list({ namespace: "a", limit: 2 })).toEqual([events[0], events[2]]);
    expect(await parked.list({ namespace: "c", limit: 10 })).toEqual([]);
    expect(await parked.list({ limit: 10, after: events[1].position })).toEqual(events.slice(2));
    expect(await parked.list({ namespace: "a", limit: 1, after: events[0].position })).toEqual([events[2]]);
    expect(await parked.list({ limit: 10, after: events[3].position })).toEqual([]);

    await parked.remove([]);
    await parked.remove([events[0].position, events[3].position, { ...later, offset: 777 }]);
    expect(await parked.list({ limit: 10 })).toEqual([events[1], events[2]]);
    await parked.remove([events[0].position, events[1].position, events[2].position]);
    expect(await parked.count(1)).toBe(0);
  });
});
