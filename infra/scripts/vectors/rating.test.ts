import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ratingAdapterOf } from "./rating/adapter.ts";
import { readVectors } from "./read-vectors.ts";
import { formatMismatch } from "./report.ts";
import type { Vector } from "./vector.ts";

const folder = fileURLToPath(new URL("../../vectors/", import.meta.url));

const vectors: readonly Vector[] = ["billing", "catalog", "lago"].flatMap((file) =>
  readVectors(`${folder}${file}.json`),
);

/** How a rating vector comes out: passed, or different because of the rule it names. */
const judge = ({ file, content }: Vector): string => {
  const outcome = ratingAdapterOf(file, content)?.run(content);
  if (outcome?.type !== "fail") return outcome?.type ?? "no adapter";
  return typeof content["differs"] === "string" ? "differs" : outcome.mismatches.map(formatMismatch).join("\n");
};

const rated = vectors.filter(({ file, content }) => ratingAdapterOf(file, content) !== null);

describe("golden vectors of rating", () => {
  const judged = rated.filter(({ content }) => content["needs"] === undefined);

  test.each(judged.map((vector) => ({ title: `${vector.file}: ${vector.name}`, vector })))("$title", ({ vector }) => {
    expect(["pass", "differs"]).toContain(judge(vector));
  });

  test("every kind is there", () => {
    const kinds = new Set(rated.map(({ file, content }) => ratingAdapterOf(file, content)?.kind));
    expect(kinds.size).toBeGreaterThanOrEqual(18);
  });

  test("a vector that is declared to differ does", () => {
    const declared = judged.filter(({ content }) => typeof content["differs"] === "string");
    expect(declared.map(judge).filter((outcome) => outcome === "pass")).toEqual([]);
  });
});

describe("a vector that does not say what it must fails", () => {
  const kinds = new Map(rated.map((vector) => [ratingAdapterOf(vector.file, vector.content)?.kind, vector]));

  test.each([...kinds].map(([kind, vector]) => ({ kind, vector })))("$kind", ({ vector: { file, content } }) => {
    const { kind, group, model } = content;
    const bare = typeof kind === "string" ? { kind } : { group: group ?? null, model: model ?? null };
    expect(ratingAdapterOf(file, bare)?.run(bare).type).toBe("fail");
  });

  test("another kind is not ours", () => {
    expect(ratingAdapterOf("billing", { kind: "numbering_format" })).toBeNull();
    expect(ratingAdapterOf("lago", { group: "charge_model", model: "percentage" })).toBeNull();
  });
});
