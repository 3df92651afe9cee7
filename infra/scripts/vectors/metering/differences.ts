import { isObject, type Json, type JsonObject } from "../json.ts";
import type { Mismatch } from "../vector.ts";
import { hasFraction } from "./times.ts";
import type { MeteringVector } from "./vector.ts";

/** A rule of ours (docs/compatibility.md), and whether it is what made this vector come out differently. */
type Difference = Readonly<{
  rule: string;
  explains: (vector: MeteringVector, mismatches: readonly Mismatch[], config: JsonObject) => boolean;
}>;

const differences: readonly Difference[] = [
  {
    rule: "a content type may carry charset=utf-8",
    explains: ({ ingest }) => /;\s*charset="?utf-8"?\s*$/i.test(ingest.contentType ?? ""),
  },
  {
    // the vectors' values come from float arithmetic: ours is the double nearest to the exact result
    rule: "numbers are exact",
    explains: (_, mismatches) => mismatches.every(({ expected, found }) => areNeighbours(expected, found)),
  },
  {
    rule: "times have milliseconds",
    explains: ({ events, query }) =>
      [...events.map(({ time }) => time), ...periodOf(query?.params), ...periodOf(query?.body)].some(hasFraction),
  },
  {
    rule: "deduplication is always on",
    explains: ({ events }, _, config) => {
      const keys = events.map(({ source, id }) => JSON.stringify([source, id]));
      return new Set(keys).size < keys.length && !Object.values(config).includes(true);
    },
  },
  {
    rule: "no limit on how far back events are listed",
    explains: ({ query, expect }) =>
      query?.path === "/api/v1/events" &&
      expect.status === 400 &&
      ("from" in query.params || "ingestedAtFrom" in query.params),
  },
  {
    rule: "the CSV column customer_id is filled",
    explains: ({ expect }, mismatches) =>
      mismatches.every(({ at }) => at === "csv") &&
      /^"window_start,window_end,[^\\]*\bcustomer_id\b/.test(JSON.stringify(expect["csv"])),
  },
  {
    rule: "a meter that was created is 201",
    explains: ({ createMeter, query, expect }, mismatches) =>
      createMeter !== null &&
      query === null &&
      expect.status === 200 &&
      mismatches.every(({ at, found }) => at === "status" && typeof found === "string" && found.startsWith("201 ")),
  },
];

/** The first rule that explains the mismatches; null when none does, and they are a failure. */
export const ruleFor = (vector: MeteringVector, mismatches: readonly Mismatch[], config: JsonObject): string | null =>
  differences.find(({ explains }) => explains(vector, mismatches, config))?.rule ?? null;

/** Doubles within what adding in another order may cost: 2⁻⁴⁰ of the value. */
const areNeighbours = (expected: Json | undefined, found: Json | undefined): boolean =>
  typeof expected === "number" &&
  typeof found === "number" &&
  Math.abs(expected - found) <= Math.max(Math.abs(expected), Math.abs(found)) * 2 ** -40;

const periodOf = (query: Json | undefined): readonly (Json | undefined)[] =>
  isObject(query) ? [query["from"], query["to"]] : [];
