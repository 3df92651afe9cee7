import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createRecordBuilder,
  eventsOf,
  frameBytes,
  frameEnd,
  openRecord,
  type RecordBuilder,
  writeFrame,
} from "./record.ts";

const bytesMax = 200;

const addTo = (builder: RecordBuilder, event: Uint8Array): void => {
  const frame = Buffer.alloc(frameBytes(event.length));
  writeFrame(frame, 0, event);
  builder.add(frame, 0, frameEnd(frame, 0));
};

const encode = (events: readonly Uint8Array[]): Buffer => {
  const builder = createRecordBuilder(bytesMax);
  for (const event of events) addTo(builder, event);
  return Buffer.from(builder.finish());
};

const bytes = fc.uint8Array({ maxLength: 60 });
const someEvents = fc.array(bytes, { minLength: 1, maxLength: 8 });
const seed = 20_261_124;

describe("a record gives back the events that were put into it", () => {
  test("all, or those from an offset on", () => {
    fc.assert(
      fc.property(someEvents, fc.nat(), fc.nat({ max: 10 }), (events, firstOffset, skipped) => {
        const read = [...eventsOf(openRecord(firstOffset, encode(events)), firstOffset + skipped)];
        expect(read.map(({ offset }) => offset)).toEqual(events.map((_, index) => firstOffset + index).slice(skipped));
        expect(read.map((event) => [...event.bytes])).toEqual(events.slice(skipped).map((event) => [...event]));
      }),
      { seed },
    );
  });

  test("one builder makes one record after another, also after one that was larger than its bound", () => {
    const builder = createRecordBuilder(bytesMax);
    for (const size of [10, 5 * bytesMax, 20]) {
      addTo(builder, new Uint8Array(size).fill(7));
      const read = [...eventsOf(openRecord(0, builder.finish()), 0)];
      expect(read.map((event) => event.bytes.length)).toEqual([size]);
    }
  });

  test("a frame fits while the record stays within its bound, and the first one always", () => {
    const builder = createRecordBuilder(bytesMax);
    expect(builder.fits(10 * bytesMax)).toBe(true);
    addTo(builder, new Uint8Array(100));
    const header = 9;
    const left = bytesMax - header - frameBytes(100);
    expect(builder.fits(left)).toBe(true);
    expect(builder.fits(left + 1)).toBe(false);
  });
});

describe("bytes that are not those that were written throw", () => {
  test("cut anywhere", () => {
    fc.assert(
      fc.property(someEvents, fc.nat(), (events, at) => {
        const record = encode(events);
        expect(() => openRecord(0, record.subarray(0, at % record.length))).toThrow();
      }),
      { seed },
    );
  });

  test("one bit changed anywhere but in the number of events", () => {
    fc.assert(
      fc.property(someEvents, fc.nat(), fc.nat({ max: 7 }), (events, at, bit) => {
        const record = encode(events);
        const index = at % record.length;
        if (index >= 1 && index <= 4) return;
        record[index] = (record[index] ?? 0) ^ (1 << bit);
        expect(() => openRecord(0, record)).toThrow();
      }),
      { seed },
    );
  });

  test.each([-1, 1])("a number of events that is off by %i", (by) => {
    const record = encode([new Uint8Array(3), new Uint8Array(4)]);
    record.writeUInt32BE(2 + by, 1);
    expect(() => [...eventsOf(openRecord(0, record), 0)]).toThrow("events");
  });
});
