import { expect, test } from "vitest";
import { assert, err, ok } from "./result.ts";

test("a result says whether it is a value or an error", () => {
  expect(ok(1)).toEqual({ ok: true, value: 1 });
  expect(err("no")).toEqual({ ok: false, error: "no" });
});

test("an invariant that does not hold throws", () => {
  expect(() => assert(true, "holds")).not.toThrow();
  expect(() => assert(0, "a zero")).toThrow("a zero");
});
