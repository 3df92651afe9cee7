import { describe, expect, test } from "vitest";
import { at } from "../fixtures.test-support.ts";
import { usePostgres } from "../use-postgres.test-support.ts";

const postgres = usePostgres();

describe("namespaces", () => {
  test("what was created is found, and listed by key", async () => {
    const { namespaces } = postgres().store;
    const zeta = { key: "zeta", name: "Zeta ✓", createdAt: at(1) };
    const alpha = { key: "alpha", name: "Alpha", createdAt: at(2) };
    expect(await namespaces.create(zeta)).toEqual({ ok: true, value: zeta });
    expect(await namespaces.create(alpha)).toEqual({ ok: true, value: alpha });
    expect(await namespaces.find("zeta")).toEqual(zeta);
    expect(await namespaces.list()).toEqual([alpha, zeta]);
  });

  test("an unknown key answers null, one with NUL, too", async () => {
    const { namespaces } = postgres().store;
    expect(await namespaces.find("nobody")).toBeNull();
    expect(await namespaces.find("no\0body")).toBeNull();
  });

  test("of ten creations of one key at once one wins, the others are conflicts", async () => {
    const { namespaces } = postgres().store;
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => namespaces.create({ key: "race", name: `Race ${n}`, createdAt: at(n) })),
    );
    const winners = answers.flatMap((answer) => (answer.ok ? [answer.value] : []));
    expect(winners).toHaveLength(1);
    expect(await namespaces.find("race")).toEqual(winners[0]);
    expect(answers.find((answer) => !answer.ok)).toEqual({
      ok: false,
      error: { type: "conflict", message: 'a namespace with key "race" exists already', conflictingId: "race" },
    });
  });
});
