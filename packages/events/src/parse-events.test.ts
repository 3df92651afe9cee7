import { instant, parseInstant } from "@meter/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventLimits } from "./limits.ts";
import { parseEvents } from "./parse-events.ts";
import type { EventsError, EventsShape } from "./parse-events.ts";
import type { UsageEvent } from "./usage-event.ts";

const now = instant(Date.UTC(2026, 0, 2, 3, 4, 5, 678));

const parse = (body: string, shape: EventsShape = "either"): readonly UsageEvent[] | EventsError => {
  const parsed = parseEvents(body, { shape, now });
  return parsed.ok ? parsed.value : parsed.error;
};

const minimal = { id: "1", source: "s", specversion: "1.0", type: "t", subject: "c" };

/** An event with some members replaced; each value is JSON text, null leaves the member out. */
const eventWith = (members: Readonly<Record<string, string | null>> = {}): string => {
  const texts = Object.entries({ ...jsonOf(minimal), ...members }).filter(([, text]) => text !== null);
  return `{${texts.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`;
};

const jsonOf = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]));

/** The only event of the body. */
const parsedOne = (body: string): UsageEvent => {
  const parsed = parse(body);
  if (!Array.isArray(parsed) || parsed.length !== 1) throw new Error(JSON.stringify(parsed));
  return parsed[0] as UsageEvent; // there is exactly one
};

/** "field code" for every fault. */
const faultsOf = (body: string, shape: EventsShape = "either"): string[] => {
  const parsed = parseEvents(body, { shape, now });
  if (parsed.ok) return [];
  if (parsed.error.type !== "invalid_events") return [parsed.error.type];
  return parsed.error.faults.map(({ field, code }) => `${field} ${code}`);
};

const base64 = (text: string): string => JSON.stringify(Buffer.from(text).toString("base64"));

describe("an event is taken as it was sent", () => {
  test("the least that is needed", () => {
    expect(parsedOne(eventWith())).toEqual({ id: "1", source: "s", type: "t", subject: "c", time: now, data: null });
  });

  test("everything, in any order, with whitespace", () => {
    const body = ` {
      "data" : { "tokens" : 9007199254740993 , "rate" : 1.10 } , "time" : "2026-01-01T01:00:00.123+01:00" ,
      "subject" : "c\\u00fc" , "type" : "t" , "specversion" : "0.3" , "dataschema" : "https://x.example/s" ,
      "datacontenttype" : "application/json" , "source" : "s" , "id" : "\\ud83d\\ude00" , "traceparent" : "00"
    } `;
    expect(parsedOne(body)).toEqual({
      id: "😀",
      source: "s",
      type: "t",
      subject: "cü",
      time: Date.UTC(2026, 0, 1, 0, 0, 0, 123),
      data: '{ "tokens" : 9007199254740993 , "rate" : 1.10 }',
    });
  });

  test.each([
    { members: { data: null }, data: null, why: "no data member" },
    { members: { data: "null" }, data: "null", why: "null is kept as null" },
    { members: { data: "{}" }, data: "{}", why: "an empty object" },
    { members: { data: '{"b":1,"a":1e400}' }, data: '{"b":1,"a":1e400}', why: "neither sorted nor rounded" },
    { members: { data: '{"a":1,"a":2}' }, data: '{"a":1,"a":2}', why: "duplicates stay" },
    { members: { data_base64: base64('{"a":1.50}') }, data: '{"a":1.50}', why: "base64 of an object" },
    { members: { data_base64: base64(' {"é":"😀"}\n') }, data: '{"é":"😀"}', why: "whitespace around it is gone" },
    { members: { data_base64: base64("null") }, data: "null", why: "base64 of null" },
    { members: { data_base64: "null" }, data: null, why: "null is no data_base64" },
    { members: { data: "{}", data_base64: "null" }, data: "{}", why: "and does not clash with data" },
  ])("data: $members → $data ($why)", ({ members, data }) => {
    expect(parsedOne(eventWith(members)).data).toBe(data);
  });

  test.each([
    { time: null, ms: now, why: "none: now" },
    { time: "null", ms: now, why: "null: now" },
    { time: '"1970-01-01T00:00:00Z"', ms: 0, why: "the first moment" },
    { time: '"2106-02-06T23:59:59.999Z"', ms: Date.UTC(2106, 1, 7) - 1, why: "the last one" },
    { time: '"2026-01-01T00:00:00.123456789Z"', ms: Date.UTC(2026, 0, 1) + 123, why: "cut below a millisecond" },
    { time: '"1970-01-01T01:00:00+01:00"', ms: 0, why: "an offset" },
  ])("time: $time → $ms ($why)", ({ time, ms }) => {
    expect(parsedOne(eventWith({ time })).time).toBe(ms);
  });

  test.each<{ members: Record<string, string>; why: string }>([
    { members: { specversion: '"0.3"' }, why: "the older version" },
    { members: { datacontenttype: "null" }, why: "no content type" },
    { members: { datacontenttype: '"application/json; charset=utf-8"' }, why: "parameters" },
    { members: { datacontenttype: '"Application/JSON"' }, why: "media types ignore case" },
    { members: { dataschema: "null" }, why: "no schema" },
    { members: { dataschema: '"x"' }, why: "any schema" },
    { members: { traceparent: '"00-1"', sampled: "true", n1: "[{}]" }, why: "extensions, dropped" },
    { members: { constructor: "1", tostring: "1" }, why: "no name is special" },
    { members: { id: JSON.stringify("x".repeat(1_024)) }, why: "1,024 bytes" },
    { members: { id: JSON.stringify("é".repeat(512)) }, why: "1,024 bytes in UTF-8" },
    { members: { id: '" "' }, why: "a space is not empty" },
  ])("accepted: $why", ({ members }) => {
    expect(faultsOf(eventWith(members))).toEqual([]);
  });
});

describe("a bad member is named, with the reason", () => {
  test.each([
    ...["id", "source", "type", "subject"].flatMap((name) => [
      { members: { [name]: null }, faults: [`${name} required`], why: "missing" },
      { members: { [name]: "null" }, faults: [`${name} not_a_string`], why: "null" },
      { members: { [name]: "7" }, faults: [`${name} not_a_string`], why: "a number" },
      { members: { [name]: '["7"]' }, faults: [`${name} not_a_string`], why: "an array" },
      { members: { [name]: '""' }, faults: [`${name} empty`], why: "empty" },
      { members: { [name]: '"a\\u0000b"' }, faults: [`${name} illegal_character`], why: "NUL" },
      { members: { [name]: '"\\ud83d"' }, faults: [`${name} not_well_formed`], why: "half a pair" },
      { members: { [name]: JSON.stringify("x".repeat(1_025)) }, faults: [`${name} too_long`], why: "1,025 bytes" },
      { members: { [name]: JSON.stringify("é".repeat(513)) }, faults: [`${name} too_long`], why: "1,026 bytes" },
    ]),
    { members: { specversion: null }, faults: ["specversion required"], why: "missing" },
    { members: { specversion: "1.0" }, faults: ["specversion not_a_string"], why: "a number" },
    { members: { specversion: '""' }, faults: ["specversion empty"], why: "empty" },
    { members: { specversion: '"1.1"' }, faults: ["specversion unsupported_specversion"], why: "unknown" },
    { members: { time: "0" }, faults: ["time not_a_string"], why: "a number" },
    { members: { time: '""' }, faults: ["time invalid_time"], why: "empty" },
    { members: { time: '"2026-01-01T00:00:00"' }, faults: ["time invalid_time"], why: "no offset" },
    { members: { time: '"1969-12-31T23:59:59.999Z"' }, faults: ["time time_out_of_range"], why: "too early" },
    { members: { time: '"2106-02-07T00:00:00Z"' }, faults: ["time time_out_of_range"], why: "too late" },
    { members: { data: '"x"' }, faults: ["data not_an_object"], why: "a string" },
    { members: { data: "1" }, faults: ["data not_an_object"], why: "a number" },
    { members: { data: "true" }, faults: ["data not_an_object"], why: "a boolean" },
    { members: { data: "[]" }, faults: ["data not_an_object"], why: "an array" },
    { members: { data_base64: "{}" }, faults: ["data_base64 not_a_string"], why: "no string" },
    { members: { data_base64: '"e30"' }, faults: ["data_base64 invalid_base64"], why: "no padding" },
    { members: { data_base64: '"e3 0="' }, faults: ["data_base64 invalid_base64"], why: "a space" },
    { members: { data_base64: '"_-8="' }, faults: ["data_base64 invalid_base64"], why: "the alphabet for URLs" },
    { members: { data_base64: '"/w=="' }, faults: ["data_base64 invalid_base64"], why: "no UTF-8" },
    { members: { data_base64: '""' }, faults: ["data_base64 not_an_object"], why: "nothing in it" },
    { members: { data_base64: base64("[]") }, faults: ["data_base64 not_an_object"], why: "an array in it" },
    { members: { data_base64: base64("nul") }, faults: ["data_base64 not_an_object"], why: "no JSON in it" },
    { members: { data_base64: base64("{} x") }, faults: ["data_base64 not_an_object"], why: "more than JSON in it" },
    { members: { data_base64: base64("\ufeff{}") }, faults: ["data_base64 not_an_object"], why: "a byte order mark" },
    { members: { data: "{}", data_base64: '"e30="' }, faults: ["data_base64 illegal_attribute"], why: "both" },
    { members: { data: "null", data_base64: '"e30="' }, faults: ["data_base64 illegal_attribute"], why: "both" },
    { members: { datacontenttype: "1" }, faults: ["datacontenttype not_a_string"], why: "a number" },
    {
      members: { datacontenttype: '"text/plain"' },
      faults: ["datacontenttype unsupported_datacontenttype"],
      why: "text",
    },
    { members: { datacontenttype: '""' }, faults: ["datacontenttype unsupported_datacontenttype"], why: "empty" },
    {
      members: { datacontenttype: '"application/jsonx"' },
      faults: ["datacontenttype unsupported_datacontenttype"],
      why: "longer",
    },
    { members: { dataschema: '""' }, faults: ["dataschema empty"], why: "empty" },
    { members: { dataschema: "{}" }, faults: ["dataschema not_a_string"], why: "an object" },
    { members: { Extension: "1" }, faults: ["Extension illegal_attribute"], why: "an uppercase letter" },
    { members: { "my-ext": "1" }, faults: ["my-ext illegal_attribute"], why: "a hyphen" },
    { members: { data_base65: "1" }, faults: ["data_base65 illegal_attribute"], why: "an underscore" },
    { members: { "": "1" }, faults: [" illegal_attribute"], why: "no name" },
    { members: { é: "1" }, faults: ["é illegal_attribute"], why: "not ASCII" },
  ])("$members → $faults ($why)", ({ members, faults }) => {
    expect(faultsOf(eventWith(members))).toEqual(faults);
  });

  test.each([
    ...["id", "source", "type", "subject", "time", "data", "specversion"].map((name) => ({
      more: `"${name}":null`,
      names: name === "time" ? ["time"] : [name],
    })),
    { more: '"n1":1,"n1":1', names: ["n1"] },
    { more: '"n1":1,"n1":1,"n1":2,"id":"1"', names: ["n1", "n1", "id"] },
    { more: String.raw`"\u0069d":"1"`, names: ["id"] },
  ])("a member that is there twice: $more", ({ more, names }) => {
    const faults = faultsOf(`${eventWith({ time: '"2026-01-01T00:00:00Z"', data: "{}" }).slice(0, -1)},${more}}`);
    expect(faults.filter((fault) => fault.endsWith("duplicate_member"))).toEqual(
      names.map((name) => `${name} duplicate_member`),
    );
  });

  test("names of prototypes are refused like any other", () => {
    expect(faultsOf(`${eventWith().slice(0, -1)},"__proto__":{"id":"x"}}`)).toEqual(["__proto__ illegal_attribute"]);
  });

  test("a long name is shown in part", () => {
    const [fault] = faultsOf(eventWith({ ["X".repeat(5_000)]: "1" }));
    expect(fault).toBe(`${"X".repeat(100)} illegal_attribute`);
  });

  test("the message continues the field", () => {
    expect(parse(`[${eventWith()},${eventWith({ id: '""' })}]`)).toEqual({
      type: "invalid_events",
      faults: [{ index: 1, field: "id", code: "empty", message: "must not be empty" }],
      faultsTotal: 1,
    });
  });

  test("all of them are reported, event by event", () => {
    const body = `[{}, 7, ${eventWith()}, ${eventWith({ time: '"x"', data: "1" })}]`;
    expect(faultsOf(body)).toEqual([
      "id required",
      "source required",
      "specversion required",
      "type required",
      "subject required",
      " not_an_event",
      "time invalid_time",
      "data not_an_object",
    ]);
    const parsed = parse(body);
    expect("faults" in parsed && parsed.faults.map(({ index }) => index)).toEqual([0, 0, 0, 0, 0, 1, 3, 3]);
  });

  test("the first hundred are kept, all are counted", () => {
    const parsed = parse(`[${Array.from({ length: 150 }, () => "{}").join(",")}]`);
    expect(parsed).toMatchObject({ type: "invalid_events", faultsTotal: 750 });
    expect("faults" in parsed && parsed.faults.length).toBe(100);
  });
});

describe("shapes", () => {
  const one = eventWith();
  test.each<{ body: string; shape: EventsShape; answer: number | string; why: string }>([
    { body: one, shape: "single", answer: 1, why: "an object" },
    { body: `[${one}]`, shape: "single", answer: " not_an_event", why: "an array is no object" },
    { body: "null", shape: "single", answer: " not_an_event", why: "nor is null" },
    { body: `[${one},${one}]`, shape: "batch", answer: 2, why: "an array" },
    { body: " [ ] ", shape: "batch", answer: 0, why: "an empty array is a batch of nothing" },
    { body: one, shape: "batch", answer: " not_an_event", why: "an object is no array" },
    { body: one, shape: "either", answer: 1, why: "an object" },
    { body: `\n[${one}]`, shape: "either", answer: 1, why: "an array" },
    { body: "[]", shape: "either", answer: "no_events", why: "an empty array" },
    { body: '"x"', shape: "either", answer: " not_an_event", why: "neither" },
    { body: "[[]]", shape: "either", answer: " not_an_event", why: "an array in the array" },
  ])("$shape of $body → $answer ($why)", ({ body, shape, answer }) => {
    const parsed = parseEvents(body, { shape, now });
    expect(parsed.ok ? parsed.value.length : faultsOf(body, shape).join()).toBe(answer);
  });
});

describe("what is no JSON is refused as a whole", () => {
  test.each([
    { body: "", offset: 0, why: "nothing" },
    { body: "\ufeff{}", offset: 0, why: "a byte order mark" },
    { body: `${eventWith()},`, offset: eventWith().length, why: "something after the end" },
    { body: `[${eventWith()}] []`, offset: eventWith().length + 3, why: "something after the end" },
    { body: `[${eventWith()},]`, offset: eventWith().length + 2, why: "a comma too many" },
    { body: '[{"id":"a\tb"}]', offset: 9, why: "a raw control character" },
    { body: '[{"id":"a"},{"id":01}]', offset: 19, why: "a number with a leading zero" },
    { body: '{"id":"\ud83d"}', offset: 7, why: "a lone surrogate in the text itself" },
  ])("$body at $offset ($why)", ({ body, offset }) => {
    expect(parse(body)).toMatchObject({ type: "invalid_json", offset });
  });

  const nested = (levels: number): string => `{"a":`.repeat(levels - 1) + "{}" + "}".repeat(levels - 1);

  test.each([
    { levels: 63, ok: true, why: "the event is the first of 64" },
    { levels: 64, ok: false, why: "65 levels" },
  ])("data of $levels levels: $ok ($why)", ({ levels, ok }) => {
    const tooDeep = { type: "json_too_deep", depthMax: 64 };
    for (const body of [eventWith({ data: nested(levels) }), `[${eventWith({ data: nested(levels) })}]`]) {
      if (ok) expect(Array.isArray(parse(body))).toBe(true);
      else expect(parse(body)).toEqual(tooDeep);
    }
    const inBase64 = eventWith({ data_base64: base64(nested(levels)) });
    expect(faultsOf(inBase64)).toEqual(ok ? [] : ["data_base64 not_an_object"]);
  });

  test("a megabyte of brackets is refused", () => {
    expect(parse("[".repeat(1_000_000))).toEqual({ type: "json_too_deep", depthMax: 64 });
    expect(parse('{"data":'.repeat(100_000))).toEqual({ type: "json_too_deep", depthMax: 64 });
  });
});

describe("the number of events is bounded", () => {
  const batch = (count: number, event: string): string => `[${Array.from({ length: count }, () => event).join(",")}]`;

  test("10,000 are accepted, one more is not", () => {
    const accepted = parse(batch(eventLimits.eventsPerBatchMax, eventWith()));
    expect(Array.isArray(accepted) && accepted.length).toBe(10_000);
    const error = { type: "too_many_events", count: 10_001, eventsMax: 10_000 };
    expect(parse(batch(10_001, eventWith()))).toEqual(error);
    expect(parse(batch(10_001, "{}"))).toEqual(error);
  });

  test("bad JSON behind them is still bad JSON", () => {
    expect(parse(`${batch(10_001, "{}")}x`)).toMatchObject({ type: "invalid_json" });
  });
});

test("limits are the documented ones", () => {
  expect(parseInstant("2106-02-07T00:00:00Z")).toEqual({ ok: true, value: eventLimits.timeEnd });
  expect(eventLimits).toMatchObject({ bodyBytesMax: 16_777_216, timeMin: 0, attributeBytesMax: 1_024 });
});

test("whatever an event says, JSON.parse would have read the same", () => {
  const texts = fc
    .string({ unit: "binary", minLength: 1, maxLength: 20 })
    .filter((text) => text.isWellFormed() && !text.includes("\0"));
  const envelopes = fc.record({
    id: texts,
    source: texts,
    specversion: fc.constantFrom("1.0", "0.3"),
    type: texts,
    subject: texts,
    data: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), fc.constant(null)),
  });
  fc.assert(
    fc.property(fc.array(envelopes, { minLength: 1, maxLength: 5 }), fc.nat({ max: 2 }), (sent, indent) => {
      const parsed = parse(JSON.stringify(sent, null, indent), "batch");
      if (!Array.isArray(parsed)) throw new Error(JSON.stringify(parsed));
      const read = (parsed as readonly UsageEvent[]).map(({ time, data, ...rest }) => {
        expect(time).toBe(now);
        return { ...rest, data: JSON.parse(data ?? "0") as unknown };
      });
      const expected = sent.map(({ id, source, type, subject, data }) => ({
        id,
        source,
        type,
        subject,
        data: JSON.parse(JSON.stringify(data)) as unknown,
      }));
      expect(read).toEqual(expected);
    }),
    { seed: 20_260_101, numRuns: 500 },
  );
});
