import { AnswerTooLarge, type AnswerBound, answerBounds, type UsageReader } from "@meter/core";
import { describe, expect, test } from "vitest";
import { createTestApp, event, requestDuration, type TestApp } from "../app.test-support.ts";
import { createGate, type Gate } from "./gate.ts";

const count = 2_500;
const query = "/api/v1/meters/request_duration/query";
const subjects = "/api/v1/meters/request_duration/subjects";
const values = "/api/v1/meters/request_duration/group-by/route/values?from=2026-01-01T00:00:00Z";

type WithGate = TestApp & Readonly<{ gate: Gate }>;

const start = async (reader?: Partial<UsageReader>): Promise<WithGate> => {
  const gate = createGate({ atOnceMax: 1, namespaceAtOnceMax: 1, waitingMax: 1, waitMsMax: 20 });
  const test = await createTestApp({ app: { answerGate: gate }, answers: "unread" });
  if (reader === undefined) {
    const events = Array.from({ length: count }, (_, index) =>
      event({ subject: `s-${String(index).padStart(5, "0")}`, data: { duration_ms: index, route: `/${index}` } }),
    );
    await test.given({ meters: [requestDuration], events });
    return { ...test, gate };
  }
  const bounded = await createTestApp({
    app: { answerGate: gate },
    answers: "unread",
    deps: { reader: { ...test.deps.reader, ...reader } },
  });
  await bounded.given({ meters: [requestDuration] });
  return { ...bounded, gate };
};

const refusing = (seen: AnswerBound[] = []) => {
  const refuse = async (bound: AnswerBound | undefined): Promise<never> => {
    if (bound === undefined) throw new Error("a bound is given");
    seen.push(bound);
    throw new AnswerTooLarge(bound);
  };
  return {
    query: async (_build, _query, _at, options) => refuse(options?.bound),
    subjects: async (_namespace, _type, _period, bound) => refuse(bound),
    dimensionValues: async (_build, _dimension, _period, bound) => refuse(bound),
  } satisfies Partial<UsageReader>;
};

describe("400 too_many_groups: an answer beyond the bound is refused whole, and says what to do", () => {
  test.each([`${query}?groupBy=subject`, `${query}?windowSize=MINUTE`, subjects, values])("%s", async (path) => {
    const seen: AnswerBound[] = [];
    const test = await start(refusing(seen));
    const answer = await test.send("GET", path);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "too_many_groups", detail: expect.stringContaining("100000") });
    expect(seen).toEqual([answerBounds.small, answerBounds.large]);
    expect(test.gate.inside()).toBe(0);
  });
});

describe("200: a large answer is the same as a small one, made as it is taken", () => {
  test("rows as JSON", async () => {
    const test = await start();
    const answer = await test.send("GET", `${query}?groupBy=subject`);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(test.gate.inside()).toBe(1);
    const { data } = (await answer.json()) as { data: { subject: string; value: number }[] };
    expect(data.map(({ subject, value }) => `${subject} ${value}`)).toEqual(
      Array.from({ length: count }, (_, index) => `s-${String(index).padStart(5, "0")} ${index}`),
    );
    expect(test.gate.inside()).toBe(0);
  });

  test("rows as CSV", async () => {
    const test = await start();
    const answer = await test.send("GET", `${query}?groupBy=subject`, { headers: { Accept: "text/csv" } });
    expect(answer.headers.get("content-disposition")).toContain("request_duration.csv");
    const lines = (await answer.text()).split("\n");
    expect([lines.length, lines[0], lines[count]]).toEqual([
      count + 2,
      "window_start,window_end,subject,value",
      "2026-01-01T00:00:00Z,2026-01-01T00:01:00Z,s-02499,2499.000000",
    ]);
    expect(test.gate.inside()).toBe(0);
  });

  test.each([subjects, values])("%s", async (path) => {
    const test = await start();
    const list = (await (await test.send("GET", path)).json()) as string[];
    expect([list.length, new Set(list).size, test.gate.inside()]).toEqual([count, count, 0]);
  });
});

describe("a large answer leaves its place, however it ends", () => {
  test("when nobody wants the rest of it", async () => {
    const test = await start();
    const answer = await test.send("GET", `${query}?groupBy=subject`);
    expect(test.gate.inside()).toBe(1);
    await answer.body?.cancel();
    expect(test.gate.inside()).toBe(0);
  });

  test("HEAD asks for none of it", async () => {
    const test = await start();
    const answer = await test.send("HEAD", `${query}?groupBy=subject`);
    expect([answer.status, await answer.text(), test.gate.inside()]).toEqual([200, "", 0]);
  });

  test("when its client went away before", async () => {
    const test = await start();
    const request = new Request(`http://localhost${query}?groupBy=subject`, {
      headers: { Authorization: `Bearer ${test.rootToken}` },
      signal: AbortSignal.abort(),
    });
    expect((await test.app.request(request)).status).toBe(499);
    expect(test.gate.inside()).toBe(0);
    expect(test.lines.filter(({ level }) => level !== "info")).toEqual([]);
  });
});

test("503 answers_overloaded with Retry-After while others are under way; small answers pass them", async () => {
  const test = await start();
  const held = await test.send("GET", `${query}?groupBy=subject`);
  const refused = await test.send("GET", `${query}?groupBy=subject`);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
  expect(await refused.json()).toMatchObject({ code: "answers_overloaded" });
  expect((await test.send("GET", `${query}?subject=s-00001`)).status).toBe(200);
  await held.body?.cancel();
  const next = await test.send("GET", `${query}?groupBy=subject`);
  expect(next.status).toBe(200);
  await next.body?.cancel();
});
