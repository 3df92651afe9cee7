import { readFile } from "node:fs/promises";
import { builtInPriceModels } from "@meter/catalog";
import { verify } from "@meter/pricing";
import { expect, test } from "vitest";
import { printQuantities, readRating } from "./db-line.ts";
import { type DbPhase, printPhases, readPhases } from "./db-subscription.ts";

const read = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`../../stored/${name}`, import.meta.url), "utf8"));

test("phases of form 1 read as what they said", async () => {
  const { version, phases } = (await read("subscription-phases.v1.json")) as Readonly<{
    version: number;
    phases: readonly DbPhase[];
  }>; // as the file is written
  const read1 = readPhases({ id: "it", phases_version: version, phases }, builtInPriceModels);
  expect(printPhases(read1)).toEqual(phases);
  expect(read1.map(({ items }) => items.length)).toEqual([0, 3]);
});

test.each([0, 2])("phases of form %i are not known", (version) => {
  expect(() => readPhases({ id: "it", phases_version: version, phases: [] }, builtInPriceModels)).toThrow(
    `subscription it is stored in form ${version}, which this version does not know`,
  );
});

type StoredRating = Readonly<{ why: string; quantities: unknown; rated_part: unknown; explanation: unknown }>;

const { version, ratings } = (await read("invoice-rating.v1.json")) as Readonly<{
  version: number;
  ratings: readonly StoredRating[];
}>; // as the file is written

test.each(ratings)("a rating of form 1, $why: reads as what it said, and can be computed again", (stored) => {
  const rating = readRating({ ...stored, id: "it", rating_version: version });
  expect(printQuantities(rating.quantities)).toEqual(stored.quantities);
  expect(rating.part).toEqual(stored.rated_part);
  expect(verify(rating.explanation)).toEqual({ ok: true, value: null });
});

test.each([0, 2])("a rating of form %i is not known", (unknown) => {
  const [stored] = ratings;
  const row = { quantities: null, rated_part: null, explanation: null, ...stored, id: "it", rating_version: unknown };
  expect(() => readRating(row)).toThrow(`invoice line it is stored in form ${unknown}`);
});
