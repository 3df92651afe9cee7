import { expect, test } from "vitest";

import { currencyCodeKind, findCurrencyFault } from "./currency-code.ts";

test.each([
  { code: "USD", kind: "fiat", fault: undefined, why: "of ISO 4217" },
  { code: "usd", kind: "invalid", fault: "currency_invalid", why: "upper case only" },
  { code: "ZZZ", kind: "invalid", fault: "currency_invalid", why: "three characters mean ISO 4217" },
  { code: "", kind: "invalid", fault: "currency_invalid", why: "nothing" },
  { code: "TOKN", kind: "custom", fault: "currency_not_found", why: "shortest custom code" },
  { code: "A".repeat(24), kind: "custom", fault: "currency_not_found", why: "longest custom code" },
  { code: "A".repeat(25), kind: "invalid", fault: "currency_invalid", why: "one more" },
  { code: "TOKENS ", kind: "invalid", fault: "currency_invalid", why: "no blank at an end" },
  { code: "TO|KENS", kind: "invalid", fault: "currency_invalid", why: "no |" },
])("$code is $kind: $why", ({ code, kind, fault }) => {
  expect(currencyCodeKind(code)).toBe(kind);
  expect(findCurrencyFault(code, "$.currency")?.code).toBe(fault);
});
