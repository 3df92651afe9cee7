import { dec } from "@meter/primitives";
import { describe, expect, test } from "vitest";
import { toCsvRecord } from "./csv.ts";
import { echoDateTime } from "./echo-date-time.ts";
import { toFixed } from "./fixed-decimal.ts";
import { parseMediaType } from "./media-type.ts";

describe("date-times are echoed in one spelling", () => {
  test.each([
    { text: "2026-01-01T00:00:00Z", echo: "2026-01-01T00:00:00Z", why: "as it is" },
    { text: "2026-01-01T00:00:00.100Z", echo: "2026-01-01T00:00:00.1Z", why: "no trailing zeros" },
    { text: "2026-01-01T00:00:00.000Z", echo: "2026-01-01T00:00:00Z", why: "no empty fraction" },
    { text: "2026-01-01T00:00:00.1234567891Z", echo: "2026-01-01T00:00:00.123456789Z", why: "nanoseconds at most" },
    { text: "2026-01-01T00:00:00.5+02:00", echo: "2026-01-01T00:00:00.5+02:00", why: "the offset stays" },
    { text: "2026-01-01t00:00:00.50z", echo: "2026-01-01T00:00:00.5Z", why: "capitals" },
    { text: "2026-01-01T00:00:00-00:00", echo: "2026-01-01T00:00:00Z", why: "no offset is Z" },
  ])("$text → $echo ($why)", ({ text, echo }) => {
    expect(echoDateTime(text)).toBe(echo);
  });
});

describe("six decimals, from the exact value", () => {
  test.each([
    { value: "0", text: "0.000000" },
    { value: "300", text: "300.000000" },
    { value: "0.0000005", text: "0.000001", why: "half away from zero" },
    { value: "-0.0000005", text: "-0.000001" },
    { value: "-0.0000004", text: "0.000000", why: "no negative zero" },
    { value: "12345678901234567890.1234567", text: "12345678901234567890.123457" },
  ])("$value → $text", ({ value, text }) => {
    expect(toFixed(dec(value), 6)).toBe(text);
  });
});

test.each([
  { value: "1.5", digits: 0, text: "2" },
  { value: "-0.4", digits: 0, text: "0" },
  { value: "-1200", digits: 0, text: "-1200" },
  { value: "0.0005", digits: 3, text: "0.001" },
])("$value with $digits digits → $text", ({ value, digits, text }) => {
  expect(toFixed(dec(value), digits)).toBe(text);
});

test("CSV quotes what needs it", () => {
  expect(toCsvRecord(["a", 'b"c', "d,e", "f\ng", " h", ""])).toBe('a,"b""c","d,e","f\ng"," h",\n');
});

describe("a spreadsheet takes no text of CSV for a formula", () => {
  test.each([
    { text: "=1+1", cell: "'=1+1" },
    { text: "+1", cell: "'+1" },
    { text: "-1", cell: "'-1" },
    { text: "@SUM(A1)", cell: "'@SUM(A1)" },
    { text: "\t=1", cell: "'\t=1" },
    { text: "\r=1", cell: '"\'\r=1"' },
    { text: '=HYPERLINK("x","y")', cell: '"\'=HYPERLINK(""x"",""y"")"' },
    { text: "a=1", cell: "a=1" },
    { text: "'=1", cell: "'=1" },
    { text: "", cell: "" },
  ])("$text", ({ text, cell }) => {
    expect(toCsvRecord([text])).toBe(`${cell}\n`);
  });

  test("numbers are not touched", () => {
    expect(toCsvRecord([{ number: "-1.500000" }])).toBe("-1.500000\n");
  });
});

test.each([
  { header: "Application/JSON", essence: "application/json", charset: null },
  { header: 'application/json; version=1; charset="UTF-8"', essence: "application/json", charset: "utf-8" },
  { header: "text/plain;charset=latin1", essence: "text/plain", charset: "latin1" },
])("media type $header", ({ header, essence, charset }) => {
  expect(parseMediaType(header)).toEqual({ essence, charset });
});
