import { describe, expect, test } from "vitest";
import { chooseFormat, createLogLines } from "./log-lines.ts";

const written = (format: "json" | "text", level: "info" | "warn" = "info") => {
  const lines: string[] = [];
  const stream = (name: string) => ({ write: (text: string) => void lines.push(`${name} ${text}`) });
  return { ...createLogLines({ level, format }, { out: stream("out"), err: stream("err") }), lines };
};

describe("text", () => {
  test("what is said, logged and ends it are lines of one kind", () => {
    const { say, logger, fail, lines } = written("text");
    say("ready on http://127.0.0.1:8888");
    logger.info({ method: "GET", status: 200, problem: undefined, reason: "two words", list: [1] }, "request");
    logger.warn({}, "slow");
    fail("METER_PORT: is in use");
    expect(lines).toEqual([
      "out meter: ready on http://127.0.0.1:8888\n",
      'err meter: request method=GET status=200 reason="two words" list=[1]\n',
      "err meter: warn: slow\n",
      "err meter: METER_PORT: is in use\n",
    ]);
  });

  test("an error comes with where it was thrown", () => {
    const { logger, lines } = written("text");
    logger.error({ err: new TypeError("x is no y") }, "request failed");
    expect(lines[0]).toMatch(/^err meter: error: request failed\nTypeError: x is no y\n {4}at /);
  });
});

test("json: one object a line, the level by name, the time in ISO 8601, no machine and no process", () => {
  const { say, logger, fail, lines } = written("json");
  say("ready");
  logger.error({ requestId: "1" }, "request failed");
  fail("a\nb");
  const objects = lines.map((line) => JSON.parse(line.slice(4)) as Record<string, unknown>);
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;
  expect(objects).toEqual([
    { level: "info", time, msg: "ready" },
    { level: "error", time, requestId: "1", msg: "request failed" },
    { level: "fatal", time, msg: "a\nb" },
  ]);
  for (const line of lines) expect(line.indexOf("\n")).toBe(line.length - 1);
});

test("the level is the log's: what is said and what ends it are always written", () => {
  const { say, logger, fail, lines } = written("text", "warn");
  say("a");
  logger.info({}, "b");
  fail("c");
  expect(lines).toHaveLength(2);
});

test.each([
  { asked: null, isTTY: true, format: "text" },
  { asked: null, isTTY: false, format: "json" },
  { asked: "json", isTTY: true, format: "json" },
  { asked: "text", isTTY: false, format: "text" },
] as const)("asked for $asked, a terminal $isTTY: $format", ({ asked, isTTY, format }) => {
  expect(chooseFormat(asked, { write: () => true, isTTY })).toBe(format);
});
