import { expect, test } from "vitest";
import { checkClock } from "./one-installation.ts";

test.each([
  { known: null, asked: "manual", refused: false, why: "a fresh one takes what it is started with" },
  { known: "manual", asked: "manual", refused: false, why: "the same" },
  { known: "manual", asked: "system", refused: true, why: "a year of bills would be due at once" },
  { known: "system", asked: "manual", refused: true, why: "its times lie after any that would be set" },
] as const)("begun with $known, started with $asked: refused $refused ($why)", ({ known, asked, refused }) => {
  const check = (): void => checkClock(known, { clock: asked }, "/data");
  if (refused) expect(check).toThrow(`METER_CLOCK: /data was begun with the ${known} clock, `);
  else expect(check).not.toThrow();
});
