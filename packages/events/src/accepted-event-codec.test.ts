import { instant } from "@meter/primitives";
import type { Instant } from "@meter/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeAcceptedEvent, encodeAcceptedEvent } from "./accepted-event-codec.ts";
import { eventLimits } from "./limits.ts";
import { parseEvents } from "./parse-events.ts";
import type { AcceptedEvent } from "./usage-event.ts";

const seeded = { seed: 20_260_101, numRuns: 1_000 };

const event: AcceptedEvent = {
  namespace: "default",
  id: "1",
  source: "s",
  type: "t",
  subject: "c",
  time: instant(1_767_225_600_123),
  data: '{"a":1.50}',
  ingestedAt: instant(1_767_225_600_456),
};

describe("a record", () => {
  test("written by version 1 is read by this version, for ever", () => {
    const stored = "01 019b76da a87b 019b76da a9c8 07 01 01 01 01 0b 64656661756c74 31 73 74 63 7b2261223a312e35307d";
    const bytes = Uint8Array.from(Buffer.from(stored.replaceAll(" ", ""), "hex"));
    expect(decodeAcceptedEvent(bytes)).toEqual(event);
    expect(Buffer.from(encodeAcceptedEvent(event)).toString("hex")).toBe(stored.replaceAll(" ", ""));
  });

  test.each<{ change: Partial<AcceptedEvent>; why: string }>([
    { change: { data: null }, why: "no data" },
    { change: { data: "null" }, why: "the text null is not no data" },
    { change: { data: "{}" }, why: "an empty object" },
    { change: { id: "\u0000", source: "\u0000\u0000" }, why: "NUL" },
    { change: { namespace: "\ufeffx", id: "\ufeff" }, why: "U+FEFF is no byte order mark here" },
    { change: { id: "😀", subject: "ü😀é" }, why: "characters of two code units" },
    { change: { id: "x".repeat(1_024), subject: "€".repeat(341) }, why: "the longest attributes" },
    { change: { data: `{"a":"${"é".repeat(100_000)}"}` }, why: "longer than any buffer that is kept" },
    { change: { time: eventLimits.timeMin, ingestedAt: instant(0) }, why: "the first moment" },
    { change: { time: instant(eventLimits.timeEnd - 1), ingestedAt: instant(2 ** 48 - 1) }, why: "the last ones" },
    { change: { time: instant(2 ** 32), ingestedAt: instant(2 ** 32 - 1) }, why: "around 32 bits" },
  ])("gives back what was written: $why", ({ change }) => {
    const changed = { ...event, ...change };
    expect(decodeAcceptedEvent(encodeAcceptedEvent(changed))).toEqual(changed);
  });

  test("stands alone: a later one does not overwrite it, and a Buffer is as good", () => {
    const first = encodeAcceptedEvent(event);
    encodeAcceptedEvent({ ...event, id: "another" });
    expect(decodeAcceptedEvent(Buffer.concat([Buffer.from("xx"), first]).subarray(2))).toEqual(event);
  });

  test("is little more than its text", () => {
    expect(encodeAcceptedEvent(event)).toHaveLength(19 + "default1stc".length + '{"a":1.50}'.length);
  });
});

describe("decode after encode is the identity", () => {
  test("for everything the parser accepts", () => {
    fc.assert(
      fc.property(bodies, moments, (body, ingestedAt) => {
        const parsed = parseEvents(body, { shape: "single", now: ingestedAt });
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
        for (const usageEvent of parsed.value) {
          const accepted = { ...usageEvent, namespace: "default", ingestedAt };
          expect(decodeAcceptedEvent(encodeAcceptedEvent(accepted))).toEqual(accepted);
        }
      }),
      seeded,
    );
  });
});

describe("what is not a whole record throws", () => {
  test("a version of tomorrow, and nothing at all", () => {
    expect(() => decodeAcceptedEvent(Uint8Array.of(2, 0, 0))).toThrow("version");
    expect(() => decodeAcceptedEvent(new Uint8Array(0))).toThrow("version");
  });

  test("every shorter record, and every longer one", () => {
    for (const data of [null, '{"a":"é"}']) {
      const bytes = encodeAcceptedEvent({ ...event, data });
      for (let length = 1; length < bytes.length; length++) {
        expect(() => decodeAcceptedEvent(bytes.subarray(0, length))).toThrow("torn event record");
      }
      expect(() => decodeAcceptedEvent(Uint8Array.of(...bytes, 0x20))).toThrow("torn event record");
    }
  });

  test("lengths without end, and bytes that are not UTF-8", () => {
    expect(() => decodeAcceptedEvent(Uint8Array.of(1, ...new Uint8Array(12), ...new Uint8Array(60).fill(255)))).toThrow(
      "torn event record",
    );
    const bytes = encodeAcceptedEvent(event);
    bytes[bytes.length - 1] = 0xff;
    expect(() => decodeAcceptedEvent(bytes)).toThrow("torn event record");
  });

  test("and a time that does not fit is not written", () => {
    expect(() => encodeAcceptedEvent({ ...event, ingestedAt: instant(-1) })).toThrow("1970");
    expect(() => encodeAcceptedEvent({ ...event, time: instant(2 ** 48) })).toThrow("1970");
  });
});

const moments: fc.Arbitrary<Instant> = fc.integer({ min: 0, max: eventLimits.timeEnd - 1 }).map(instant);

const attributes = fc
  .string({ unit: "binary", minLength: 1, maxLength: 200 })
  .filter((text) => text.isWellFormed() && !text.includes("\0"))
  .map((text) => JSON.stringify(text));

const data = fc.oneof(
  fc.constant(null),
  fc.constant("null"),
  fc
    .dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" }))
    .map((value) => JSON.stringify(value)),
);

const bodies = fc
  .record({ id: attributes, source: attributes, type: attributes, subject: attributes, time: moments, data })
  .map(({ id, source, type, subject, time, data: text }) => {
    const members = [`"id":${id}`, `"source":${source}`, `"type":${type}`, `"subject":${subject}`];
    members.push(`"specversion":"1.0"`, `"time":"${new Date(time).toISOString()}"`);
    if (text !== null) members.push(`"data":${text}`);
    return `{${members.join(",")}}`;
  });
