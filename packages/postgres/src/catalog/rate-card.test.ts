import { readdir, readFile } from "node:fs/promises";
import { builtInPriceModels, printRateCard } from "@meter/catalog";
import { expect, test } from "vitest";
import { fromDbRateCard } from "./rate-card.ts";

const directory = new URL("../../stored/", import.meta.url);

type Stored = Readonly<{ version: number; definitions: readonly Readonly<{ why: string; definition: unknown }>[] }>;

const read = async (name: string): Promise<Stored> =>
  JSON.parse(await readFile(new URL(name, directory), "utf8")) as Stored; // as the files are written

const stored = await Promise.all(
  (await readdir(directory))
    .filter((name) => name.startsWith("rate-card."))
    .toSorted()
    .map(read),
);

test("there is a file for each form that was ever written", () => {
  expect(stored.map(({ version }) => version)).toEqual([1]);
});

test.each(stored.flatMap(({ version, definitions }) => definitions.map((one) => ({ ...one, version }))))(
  "form $version, $why: reads as what it said",
  ({ version, definition }) => {
    const rateCard = fromDbRateCard(
      { definition_version: version, definition },
      { models: builtInPriceModels, of: "it" },
    );
    expect(printRateCard(rateCard)).toEqual(definition);
  },
);

test.each([0, 2])("form %i is not known", (version) => {
  const row = { definition_version: version, definition: stored[0]?.definitions[0]?.definition };
  expect(() => fromDbRateCard(row, { models: builtInPriceModels, of: "it" })).toThrow(
    `it is stored in form ${version}, which this version does not know`,
  );
});
