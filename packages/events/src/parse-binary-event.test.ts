import { instant } from "@meter/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventLimits } from "./limits.ts";
import { parseBinaryEvent } from "./parse-binary-event.ts";
import { parseEvents } from "./parse-events.ts";

const now = instant(Date.UTC(2026, 0, 2));

const minimal = { specversion: "1.0", id: "1", source: "s", type: "t", subject: "c" };

const parse = (headers: Readonly<Record<string, string | undefined>>, body: string) => {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return parseBinaryEvent({ attributes: new Map(given), body }, { now });
};

/** "field code" for every fault, or what else is wrong; "" when nothing is. */
const faultsOf = (headers: Readonly<Record<string, string | undefined>>, body: string): string => {
  const parsed = parse(headers, body);
  if (parsed.ok) return "";
  const { error } = parsed;
  return error.type === "invalid_events"
    ? error.faults.map(({ field, code }) => `${field} ${code}`).join(", ")
    : error.type;
};

test("the example of the binding", () => {
  const headers = {
    specversion: "1.0",
    type: "com.example.someevent",
    time: "2018-04-05T03:56:24Z",
    id: "1234-1234-1234",
    source: "/mycontext/subcontext",
    subject: "Euro%20%E2%82%AC%20%F0%9F%98%80",
    comexampleextension: "dropped",
  };
  expect(parse(headers, ' { "n": 1.50 }\n')).toEqual({
    ok: true,
    value: [
      {
        id: "1234-1234-1234",
        source: "/mycontext/subcontext",
        type: "com.example.someevent",
        subject: "Euro € 😀",
        time: Date.UTC(2018, 3, 5, 3, 56, 24),
        data: '{ "n": 1.50 }',
      },
    ],
  });
});

test("it is the structured event with the same attributes and data", () => {
  const values = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.record({ id: values, source: values, type: values, subject: values }), fc.jsonValue(), (text, n) => {
      const data = JSON.stringify({ n });
      const headers = Object.fromEntries(
        Object.entries(text).map(([name, value]) => [name, encodeURIComponent(value)]),
      );
      const structured = JSON.stringify({ specversion: "1.0", ...text, data: { n } });
      expect(parse({ specversion: "1.0", ...headers }, data)).toEqual(
        parseEvents(structured, { shape: "single", now }),
      );
    }),
    { seed: 20_260_101, numRuns: 300 },
  );
});

describe("no body is no data", () => {
  test.each(["", " \n"])("%j", (body) => {
    expect(parse(minimal, body)).toMatchObject({ value: [{ data: null, time: now }] });
  });
});

describe("refused, by the name of the header", () => {
  test.each<{ headers: Readonly<Record<string, string | undefined>>; body: string; faults: string; why: string }>([
    { headers: { ...minimal, id: undefined }, body: "{}", faults: "ce-id required", why: "a required attribute" },
    { headers: { ...minimal, subject: undefined }, body: "{}", faults: "ce-subject required", why: "also ours" },
    { headers: { ...minimal, id: "", type: "" }, body: "{}", faults: "ce-id empty, ce-type empty", why: "every fault" },
    {
      headers: { ...minimal, specversion: "2" },
      body: "{}",
      faults: "ce-specversion unsupported_specversion",
      why: "",
    },
    { headers: { ...minimal, time: "2026-01-01" }, body: "{}", faults: "ce-time invalid_time", why: "no time" },
    { headers: { ...minimal, id: "%C0%A0" }, body: "{}", faults: "ce-id invalid_encoding", why: "no UTF-8" },
    { headers: { ...minimal, "my-ext": "1" }, body: "{}", faults: "ce-my-ext illegal_attribute", why: "no such name" },
    {
      headers: { ...minimal, data: "{}", data_base64: "e30=", datacontenttype: "application/json" },
      body: "{}",
      faults: "ce-data illegal_attribute, ce-data_base64 illegal_attribute, ce-datacontenttype illegal_attribute",
      why: "said by the message itself",
    },
    { headers: minimal, body: "[1]", faults: "data not_an_object", why: "data is an object" },
    { headers: minimal, body: '"text"', faults: "data not_an_object", why: "data is an object" },
    { headers: minimal, body: "{", faults: "invalid_json", why: "no JSON" },
    { headers: minimal, body: '{},"id":"2"', faults: "invalid_json", why: "nothing gets in beside the data" },
    { headers: minimal, body: "{}{}", faults: "invalid_json", why: "one value" },
    {
      headers: minimal,
      body: "[".repeat(eventLimits.depthMax),
      faults: "json_too_deep",
      why: "as deep as in an event",
    },
  ])("$faults ($why)", ({ headers, body, faults }) => {
    expect(faultsOf(headers, body)).toBe(faults);
  });
});
