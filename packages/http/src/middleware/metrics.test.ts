import { expect, test } from "vitest";
import { createTestApp } from "../app.test-support.ts";
import { listRoutes } from "../define-route.ts";

const routes = async (): Promise<readonly { method: string; path: string }[]> => {
  const { app } = await createTestApp();
  return listRoutes(app).map(({ method, path }) => ({ method, path }));
};

const seriesOf = (text: string): readonly string[] =>
  text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

test("the number of series is bounded by the routes, however many things are asked for", async () => {
  const { send } = await createTestApp();
  const all = await routes();
  for (let round = 0; round < 4; round++)
    for (const { method, path } of all) {
      const thing = `thing_${round}_${Math.random().toString(36).slice(2)}`;
      await send(method, path.replaceAll(/:[A-Za-z]+(\{[^}]*\})?/g, thing), {
        body: ["GET", "HEAD", "DELETE"].includes(method) ? undefined : {},
      });
    }
  const series = seriesOf(await (await send("GET", "/metrics", { token: null })).text());
  const http = series.filter((line) => line.startsWith("meter_http_"));
  expect(http.every((line) => !line.includes("thing_"))).toBe(true);
  // Four buckets, their infinity, sum and count; and one or two outcomes each.
  expect(http.length).toBeLessThanOrEqual(all.length * 9);
});

test("a request counts by its route pattern, status and the code of its refusal", async () => {
  const { send } = await createTestApp();
  await send("GET", "/api/v1/meters/nothing");
  await send("POST", "/api/v1/events", { body: [] });
  await send("GET", "/somewhere/else");
  const text = await (await send("GET", "/metrics", { token: null })).text();
  for (const series of [
    'meter_http_requests_total{method="GET",route="/api/v1/meters/{meterIdOrSlug}",status="404",problem="meter_not_found"} 1',
    'meter_http_requests_total{method="POST",route="/api/v1/events",status="400",problem="no_events"} 1',
    'meter_http_requests_total{method="GET",route="unmatched",status="404",problem="not_found"} 1',
  ])
    expect(text).toContain(series);
});
