import type { Subject } from "@meter/core";
import { describe, expect, test } from "vitest";
import { at, nextSubjectId } from "../fixtures.test-support.ts";
import { usePostgres } from "../use-postgres.test-support.ts";

const postgres = usePostgres();

const bare = {
  displayName: null,
  metadata: null,
  stripeCustomerId: null,
  currentPeriodStart: null,
  currentPeriodEnd: null,
  deletedAt: null,
};

describe("upsert", () => {
  test("creates what is new and answers in the order given", async () => {
    const { subjects } = postgres().store;
    const ids = [nextSubjectId(), nextSubjectId(), nextSubjectId()];
    const answers = await subjects.upsert("order", [{ key: "c" }, { key: "a" }, { key: "b" }], ids, at(7));
    const expected = ["c", "a", "b"].map((key, n): Subject => ({
      ...bare,
      id: ids[n] ?? nextSubjectId(),
      namespace: "order",
      key,
      createdAt: at(7),
      updatedAt: at(7),
    }));
    expect(answers).toEqual(expected);
    expect(await subjects.list("order")).toEqual(expected); // by id, not by key
  });

  test("absent fields stay, null clears; the id and the creation stay", async () => {
    const { subjects } = postgres().store;
    const id = nextSubjectId();
    const full = {
      key: "cleared",
      displayName: "Ada",
      metadata: { nested: { list: [1, "two", null] }, zero: "a\0b" },
      stripeCustomerId: "cus_1",
      currentPeriodStart: at(1),
      currentPeriodEnd: at(2),
    };
    const [created] = await subjects.upsert("fields", [full], [id], at(10));
    expect(created).toEqual({ ...bare, ...full, id, namespace: "fields", createdAt: at(10), updatedAt: at(10) });

    const [changed] = await subjects.upsert(
      "fields",
      [{ key: "cleared", displayName: null, metadata: null }],
      [nextSubjectId()],
      at(20),
    );
    expect(changed).toEqual({ ...created, displayName: null, metadata: null, updatedAt: at(20) });

    const [touched] = await subjects.upsert("fields", [{ key: "cleared" }], [nextSubjectId()], at(30));
    expect(touched).toEqual({ ...changed, updatedAt: at(30) });
    expect(await subjects.find("fields", "cleared")).toEqual(touched);
  });

  test("a key that comes twice is applied twice", async () => {
    const { subjects } = postgres().store;
    const ids = [nextSubjectId(), nextSubjectId()];
    const answers = await subjects.upsert(
      "double",
      [
        { key: "x", displayName: "one" },
        { key: "x", stripeCustomerId: "cus_2" },
      ],
      ids,
      at(0),
    );
    expect(answers.map(({ displayName, stripeCustomerId }) => [displayName, stripeCustomerId])).toEqual([
      ["one", null],
      ["one", "cus_2"],
    ]);
    expect(await subjects.list("double")).toEqual([answers[1]]);
  });

  test("nothing to do is nothing done", async () => {
    expect(await postgres().store.subjects.upsert("empty", [], [], at(0))).toEqual([]);
  });

  test("calls with the same keys in opposite orders at once all end, with one subject a key", async () => {
    const { subjects } = postgres().store;
    const keys = Array.from({ length: 20 }, (_, n) => ({ key: `key-${n}` }));
    const calls = Array.from({ length: 8 }, (_, n) =>
      subjects.upsert("race", n % 2 === 0 ? keys : keys.toReversed(), keys.map(nextSubjectId), at(n)),
    );
    const answers = await Promise.all(calls);
    expect(answers.map((answer) => answer.map(({ key }) => key))).toEqual(
      answers.map((_, n) => (n % 2 === 0 ? keys : keys.toReversed()).map(({ key }) => key)),
    );
    expect(await subjects.list("race")).toHaveLength(20);
  });
});

describe("find and delete", () => {
  test("by id or by key, in its own namespace only", async () => {
    const { subjects } = postgres().store;
    const [subject] = await subjects.upsert("here", [{ key: "s" }], [nextSubjectId()], at(0));
    expect(await subjects.find("here", "s")).toEqual(subject);
    expect(await subjects.find("here", subject?.id ?? "")).toEqual(subject);
    expect(await subjects.find("there", "s")).toBeNull();
    expect(await subjects.find("there", subject?.id ?? "")).toBeNull();
    expect(await subjects.find("here", "s\0")).toBeNull();
    expect(await subjects.list("there")).toEqual([]);
    expect(await subjects.findByKeys("here", ["other", "s", "s\0"])).toEqual([subject]);
    expect(await subjects.findByKeys("there", ["s"])).toEqual([]);
    expect(await subjects.findByKeys("here", [])).toEqual([]);
  });

  test("a deleted subject is gone, and its key is free", async () => {
    const { subjects } = postgres().store;
    const [first] = await subjects.upsert("deleted", [{ key: "s" }], [nextSubjectId()], at(0));
    const id = first?.id ?? nextSubjectId();
    expect(await subjects.delete("elsewhere", id, at(1))).toBe(false);
    expect(await subjects.delete("deleted", id, at(1))).toBe(true);
    expect(await subjects.delete("deleted", id, at(2))).toBe(false);
    expect(await subjects.find("deleted", "s")).toBeNull();
    expect(await subjects.find("deleted", id)).toBeNull();
    expect(await subjects.findByKeys("deleted", ["s"])).toEqual([]);
    expect(await subjects.list("deleted")).toEqual([]);
    const again = nextSubjectId();
    expect(await subjects.upsert("deleted", [{ key: "s" }], [again], at(3))).toMatchObject([
      { id: again, createdAt: at(3) },
    ]);
  });
});
