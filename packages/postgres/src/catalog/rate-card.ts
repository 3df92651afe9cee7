import { parseRateCard, type PriceModels, printRateCard, type RateCard } from "@meter/catalog";
import type { RawBuilder } from "kysely";
import { toDbJson } from "../columns.ts";

/** The form in which `toDbRateCard` writes. Every form that was ever written can be read. */
const version = 1;

export type DbRateCard = Readonly<{ definition_version: number; definition: RawBuilder<unknown> | null }>;

/** A rate card as JSON, decimals and durations as text, with the version of its form. */
export const toDbRateCard = (rateCard: RateCard): DbRateCard => ({
  definition_version: version,
  definition: toDbJson(printRateCard(rateCard)),
});

/** Throws when the form is unknown or the JSON is no rate card: a price that was misread would be billed. `of` names it. */
export const fromDbRateCard = (
  row: Readonly<{ definition_version: number; definition: unknown }>,
  { models, of }: Readonly<{ models: PriceModels; of: string }>,
): RateCard => {
  if (row.definition_version !== version) {
    throw new Error(
      `${of} is stored in form ${row.definition_version}, which this version does not know: run the version that wrote it, or a newer one`,
    );
  }
  const parsed = parseRateCard(row.definition, models);
  if (parsed.ok) return parsed.value;
  const faults = parsed.error.map(({ field, message }) => `${field}: ${message}`).join("; ");
  throw new Error(`${of} is stored in a form that cannot be read: ${faults}`);
};
