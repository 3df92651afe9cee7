import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createUlid, instant } from "@meter/primitives";
import type { LogId } from "@meter/core";
import { createTestApp, event } from "../../../app.test-support.ts";
import { formatCursor, parseCursor } from "./cursor.ts";

type Page = { items: { event: { id: string } }[]; nextCursor?: string };

const given = async () => {
  const test = await createTestApp();
  await test.given({
    events: [
      event({ id: "1", subject: "a", type: "x", time: "2026-01-01T00:00:00Z" }),
      event({ id: "2", subject: "b", type: "x", time: "2026-01-02T00:00:00Z" }),
      event({ id: "3", subject: 'it\'s "b"', type: "y", time: "2026-01-02T00:00:00Z" }),
      event({ id: "4", subject: "B", type: "y", time: "2026-01-03T00:00:00Z" }),
    ],
  });
  return test;
};

describe("200", () => {
  test("pages of every size visit each event once, newest first, ties by position", async () => {
    const test = await given();
    for (const limit of [1, 2, 3, 4, 5]) {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = (await (
          await test.send(
            "GET",
            `/api/v2/events?limit=${limit}${cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
          )
        ).json()) as Page;
        ids.push(...page.items.map((item) => item.event.id));
        expect(page.nextCursor !== undefined).toBe(page.items.length === limit);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(ids, `limit ${limit}`).toEqual(["4", "3", "2", "1"]);
    }
  });

  test.each([
    { filter: { subject: { $eq: 'it\'s "b"' } }, ids: ["3"] },
    { filter: { subject: { $in: ["a", "b"] } }, ids: ["2", "1"] },
    { filter: { subject: { $nin: ["a", "b"] }, type: { $eq: "y" } }, ids: ["4", "3"] },
    { filter: { subject: { $ilike: "b" } }, ids: ["4", "2"] },
    { filter: { subject: { $like: "%b%" } }, ids: ["3", "2"] },
    { filter: { id: { $or: [{ $eq: "1" }, { $gt: "3" }] } }, ids: ["4", "1"] },
    { filter: { time: { $gte: "2026-01-02T00:00:00Z", $lt: "2026-01-03T00:00:00Z" } }, ids: ["3", "2"] },
    {
      filter: { time: { $and: [{ $gt: "2026-01-01T00:00:00Z" }, { $lte: "2026-01-02T00:00:00Z" }] } },
      ids: ["3", "2"],
    },
    {
      filter: { time: { $or: [{ $lt: "2026-01-02T00:00:00Z" }, { $gte: "2026-01-03T00:00:00Z" }] } },
      ids: ["4", "1"],
    },
    {
      filter: {
        time: { $lt: "2026-01-03T00:00:00Z", $or: [{ $and: [{ $gt: "2026-01-01T00:00:00Z" }, {}] }, { $or: [] }, {}] },
      },
      ids: ["3", "2"],
    },
    { filter: { time: { $or: [{}, { $and: [] }] } }, ids: ["4", "3", "2", "1"] },
    { filter: { ingestedAt: { $gt: "2026-01-15T12:00:00Z" } }, ids: [] },
    { filter: { customerId: { $in: [] } }, ids: [] },
    { filter: { source: {}, type: { $eq: null }, time: { $gt: null } }, ids: ["4", "3", "2", "1"] },
  ])("$filter", async ({ filter, ids }) => {
    const answer = await (
      await given()
    ).send("GET", `/api/v2/events?filter=${encodeURIComponent(JSON.stringify(filter))}`);
    expect(answer.headers.get("content-type")).toBe("application/json");
    const page = (await answer.json()) as Page;
    expect(page.items.map((item) => item.event.id)).toEqual(ids);
    expect(page).not.toHaveProperty("nextCursor");
  });
});

describe("400", () => {
  test.each([
    { unknown: { $eq: "1" } },
    { id: { $regex: ".*" } },
    { source: { $and: [{ $exists: null }] } },
    { time: { $eq: "2026-01-01T00:00:00Z" } },
    { ingestedAt: { $or: [{ $after: null }] } },
    { customerId: { $nin: [] } },
    { id: { $eq: "a", $ne: "b" } },
    { id: { $eq: "" } },
    { id: { $in: [""] } },
    { id: "a" },
    { time: { $gt: "yesterday" } },
    { time: { $or: [{ $gt: "2026-01-01T00:00:00Z" }, { $lt: "tomorrow" }] } },
    { time: { $or: { $gt: "2026-01-01T00:00:00Z" } } },
    { time: { $or: Array.from({ length: 17 }, () => ({ $and: Array.from({ length: 15 }, () => ({})) })) } },
    { customerId: { $eq: "01ARZ3NDEKTSV4RRFFQ69G5FAV" } },
    { customerId: { $in: ["me"] } },
    { customerId: { $in: ["01ARZ3NDEKTSV4RRFFQ69G5FAV"] } },
  ])("%j", async (filter) => {
    const answer = await (
      await given()
    ).send("GET", `/api/v2/events?filter=${encodeURIComponent(JSON.stringify(filter))}`);
    expect(answer.status).toBe(400);
  });

  test.each([
    { filter: { id: { $regex: ".*" } }, said: "unknown operator $regex; known: $eq, " },
    { filter: { time: { $gtt: "x" } }, said: "unknown operator $gtt; did you mean $gte?; known: $gt, $gte" },
    { filter: { Subject: { $eq: "a" } }, said: "filter.Subject: unknown member; did you mean subject?" },
    { filter: { colour: {} }, said: "filter.colour: unknown member; known: id, source, subject, type, customerId," },
  ])("$said", async ({ filter, said }) => {
    const answer = await (
      await given()
    ).send("GET", `/api/v2/events?filter=${encodeURIComponent(JSON.stringify(filter))}`);
    expect(((await answer.json()) as { detail: string }).detail).toContain(said);
  });

  test.each(["", "x", "%00", "MjAyNi0wMS0wMVQwMDowMDowMFo", btoa("2026-01-01T00:00:00Z,01ARZ3NDEKTSV4RRFFQ69G5FAV.0")])(
    "cursor %s",
    async (cursor) => {
      const answer = await (await given()).send("GET", `/api/v2/events?cursor=${encodeURIComponent(cursor)}`);
      expect(answer.status).toBe(400);
    },
  );
});

test("a cursor is read back as it was written", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), fc.nat(1_000), fc.nat(2 ** 31 - 1), (time, partition, offset) => {
      const log = createUlid(instant(time), new Uint8Array(10)) as LogId; // a new ULID becomes a log's id here
      const cursor = { time: instant(time), position: { log, partition, offset } };
      expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
    }),
    { seed: 1 },
  );
});
