import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, createCall, type Meter, scratchDirectory, startMeter } from "./meter.test-support.ts";
import { countMeter, totalOf } from "./traffic.test-support.ts";

let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
beforeAll(async () => {
  scratch = await scratchDirectory();
});
afterAll(() => scratch.remove());

const work = (id: string, time?: string): object => ({
  specversion: "1.0",
  id,
  source: "clock",
  type: "work",
  subject: "subject-1",
  ...(time === undefined ? {} : { time }),
  data: { kind: "a", other: "b" },
});

const toProblem = ({ status, json }: Answer): unknown => ({ status, code: (json as { code: string }).code });

type Listed = Readonly<{ event: { id: string; time: string }; ingestedAt: string; storedAt: string }>;

describe("METER_CLOCK=manual: one installation, from its first start on", () => {
  const january = "2027-01-31T00:00:00Z";
  const february = "2027-02-28T23:59:59.999Z";
  const start = () => startMeter(join(scratch.path, "manual"), { METER_CLOCK: "manual" });
  let meter: Meter;
  beforeAll(async () => {
    meter = await start();
  });

  const set = (now: string): Promise<Answer> => meter.call("PUT", "/api/v1/clock", { now });
  const read = async (): Promise<unknown> => (await meter.call("GET", "/api/v1/clock")).json;
  const list = async (): Promise<readonly Listed[]> =>
    (await meter.call("GET", "/api/v1/events")).json as readonly Listed[];

  test("before it is set there is no time for events and meters, and nothing else needs it", async () => {
    expect(meter.lines).toContain("the clock is manual and not set: PUT /api/v1/clock sets it");
    expect(await read()).toEqual({ now: null, mode: "manual" });
    for (const event of [work("early"), work("early", january)])
      expect(toProblem(await meter.call("POST", "/api/v1/events", event))).toEqual({
        status: 409,
        code: "clock_not_set",
      });
    expect(toProblem(await meter.call("POST", "/api/v1/meters", countMeter))).toEqual({
      status: 409,
      code: "clock_not_set",
    });
    expect((await meter.call("GET", "/problems/clock_not_set")).status).toBe(200);

    expect((await meter.call("POST", "/api/v1/namespaces", { key: "early" })).status).toBe(201);
    const created = await meter.call("POST", "/api/v1/api-keys", { name: "reader", scopes: ["meters:read"] });
    expect(created.status, created.text).toBe(201);
    const reader = createCall(meter.url, (created.json as { token: string }).token);
    expect((await reader("GET", "/api/v1/meters")).json).toEqual([]);
    expect((await reader("GET", "/api/v1/clock")).json).toEqual({ now: null, mode: "manual" });
    expect(toProblem(await reader("PUT", "/api/v1/clock", { now: january }))).toEqual({
      status: 403,
      code: "scope_missing",
    });
    await expect
      .poll(async () => (await meter.call("GET", "/readyz")).json, { timeout: 5_000 })
      .toEqual({ status: "ready" });
    expect((await meter.call("GET", "/api/v1/events")).json, "nothing of what was refused was taken").toEqual([]);
  });

  test("set, it is the time of what is made and of events that name none, and reads see them while it stands", async () => {
    const answer = await set(january);
    expect([answer.status, answer.json]).toEqual([200, { now: january, parked: [] }]);
    expect(await read()).toEqual({ now: january, mode: "manual" });

    const defined = await meter.call("POST", "/api/v1/meters", countMeter);
    expect([defined.status, defined.json]).toEqual([
      201,
      expect.objectContaining({ createdAt: january, updatedAt: january }),
    ]);
    const before = Date.now();
    expect((await meter.call("POST", "/api/v1/events", [work("1"), work("2", january)])).status).toBe(204);
    expect(await totalOf(meter.call)).toBe(2);
    for (const { event, ingestedAt, storedAt } of await list()) {
      expect([event.time, ingestedAt]).toEqual([january, january]);
      expect(Date.parse(storedAt), "when the row was written, by the system's clock").toBeGreaterThanOrEqual(before);
    }
    expect((await meter.call("GET", "/api/v2/events")).json).toMatchObject({ items: [{}, {}] });
    expect((await meter.call("GET", "/api/v1/meters/n/group-by/kind/values")).json).toEqual(["a"]);
  });

  test("a key lives by the system's clock", async () => {
    const create = (expiresAt: number) =>
      meter.call("POST", "/api/v1/api-keys", {
        name: "short",
        scopes: ["meters:read"],
        expiresAt: new Date(expiresAt).toISOString(),
      });
    const created = await create(Date.now() + 2_000); // long ago, on the clock that stands
    expect(created.status, created.text).toBe(201);
    const call = createCall(meter.url, (created.json as { token: string }).token);
    expect((await call("GET", "/api/v1/meters")).status).toBe(200);
    await expect.poll(async () => (await call("GET", "/api/v1/meters")).status, { timeout: 10_000 }).toBe(401);
    expect((await create(Date.now() - 1)).status).toBe(400);
  });

  test("a changed group-by is built and answers while it stands", async () => {
    const groupBy = { kind: "$.kind", other: "$.other" };
    expect((await meter.call("PUT", "/api/v1/meters/n", { groupBy })).status).toBe(200);
    expect((await meter.call("GET", "/api/v1/meters/n/query?groupBy=other")).json).toMatchObject({
      data: [{ value: 2, groupBy: { other: "b" } }],
    });
  });

  test("goes on, stays, and never goes back", async () => {
    expect((await set(february)).json).toEqual({ now: february, parked: [] });
    expect((await set(february)).status).toBe(200);
    const back = await set("2027-02-28T23:59:59.998Z");
    expect(toProblem(back)).toEqual({ status: 409, code: "clock_backwards" });
    expect((back.json as { detail: string }).detail).toMatch(/2027-02-28T23:59:59\.999Z.*2027-02-28T23:59:59\.998Z/);
    const bad = await set("2027-02-29T00:00:00Z");
    expect([bad.status, bad.text]).toEqual([400, expect.stringContaining('"field":"now"')]);
    expect(await read()).toEqual({ now: february, mode: "manual" });

    expect((await meter.call("POST", "/api/v1/events", work("3"))).status).toBe(204);
    expect((await list()).map(({ event }) => [event.id, event.time])).toEqual([
      ["3", february],
      ...["2", "1"].map((id) => [id, january]),
    ]);
  });

  test("of calls at once the latest instant stays", async () => {
    const nows = ["2027-03-03T00:00:00Z", "2027-03-05T00:00:00Z", "2027-03-01T00:00:00Z", "2027-03-04T00:00:00Z"];
    const answers = await Promise.all(nows.map(set));
    for (const { status } of answers) expect([200, 409]).toContain(status);
    expect(answers[1]?.status).toBe(200);
    expect(await read()).toEqual({ now: "2027-03-05T00:00:00Z", mode: "manual" });
  });

  test.each([
    { why: "a stop", end: () => meter.stop() },
    { why: "a kill", end: () => meter.kill() },
  ])("$why and a start leave it where it stood", async ({ end }) => {
    const total = await totalOf(meter.call);
    await end();
    meter = await start();
    expect(meter.lines).toContain("the clock is manual and stands at 2027-03-05T00:00:00Z");
    expect(await read()).toEqual({ now: "2027-03-05T00:00:00Z", mode: "manual" });
    expect(toProblem(await set("2027-03-04T00:00:00Z"))).toEqual({ status: 409, code: "clock_backwards" });
    expect((await meter.call("POST", "/api/v1/events", work(`after ${total}`))).status).toBe(204);
    expect((await list())[0]).toMatchObject({
      event: { id: `after ${total}`, time: "2027-03-05T00:00:00Z" },
      ingestedAt: "2027-03-05T00:00:00Z",
    });
    expect(await totalOf(meter.call)).toBe(total + 1);
  });

  test("ends cleanly", async () => {
    expect(await meter.stop()).toEqual({ code: 0, signal: null });
  });
});

test("by default the clock is the system's: it is read, and nobody sets it", async () => {
  const meter = await startMeter(join(scratch.path, "system"));
  const before = Date.now();
  const { now, mode } = (await meter.call("GET", "/api/v1/clock")).json as { now: string; mode: string };
  expect(mode).toBe("system");
  expect(Date.parse(now)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(now)).toBeLessThanOrEqual(Date.now());
  const answer = await meter.call("PUT", "/api/v1/clock", { now: "2027-01-31T00:00:00Z" });
  expect(toProblem(answer)).toEqual({ status: 409, code: "clock_not_manual" });
  expect((await meter.call("POST", "/api/v1/events", work("now"))).status).toBe(204);
  expect(await meter.stop()).toEqual({ code: 0, signal: null });
});
