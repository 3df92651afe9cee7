import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeHeaderValue } from "./decode-header-value.ts";

test.each([
  { value: "1234-1234", text: "1234-1234", why: "as it is" },
  { value: "Euro%20%E2%82%AC%20%F0%9F%98%80", text: "Euro € 😀", why: "the example of the binding" },
  { value: "a%2fb%2Fc", text: "a/b/c", why: "either case of hexadecimal digits, also where it was not needed" },
  { value: "100%2525", text: "100%25", why: "decoded once" },
  { value: "a+b c", text: "a+b c", why: "a plus is a plus, and a space may stand there" },
  { value: '"a b"', text: "a b", why: "quoted, as older producers do" },
  { value: String.raw`"say \"hi\" \\ %41"`, text: String.raw`say "hi" \ A`, why: "escapes first, then percents" },
  { value: 'x"y"z', text: "xyz", why: "a quoted part" },
  { value: "", text: "", why: "nothing" },
  { value: "%C0%A0", text: null, why: "an overlong encoding is no UTF-8" },
  { value: "%ED%A0%80", text: null, why: "nor is a surrogate" },
  { value: "100%", text: null, why: "a bare percent" },
  { value: "%zz", text: null, why: "no digits" },
  { value: '"open', text: null, why: "a quote that does not close" },
  { value: "caf\u00e9", text: null, why: "a byte that is not ASCII" },
])("$value → $text ($why)", ({ value, text }) => {
  expect(decodeHeaderValue(value)).toBe(text);
});

test("what is encoded as the binding says is read back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const encoded = Array.from(text, (character) =>
        /^[!#$&-~]$/.test(character) ? character : encodeURIComponent(character),
      ).join("");
      expect(decodeHeaderValue(encoded)).toBe(text);
    }),
    { seed: 20_260_101, numRuns: 500 },
  );
});
