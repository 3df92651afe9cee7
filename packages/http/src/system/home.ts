import { z } from "@hono/zod-openapi";
import { defineRoute, type HttpApp } from "../define-route.ts";
import { escapeHtml, htmlPage, wantsHtml } from "./html.ts";

export const addHomeRoute = (app: HttpApp, { version }: Readonly<{ version: string }>): void => {
  app.openapi(route, (c) => {
    if (wantsHtml(c)) return htmlPage(c, { title: "Meter", body: page(version) });
    c.header("Vary", "Accept");
    return c.json({ name: "Meter", description, version, links, firstSteps }, 200);
  });
};

const description = "Usage metering and billing: raw usage events in, exact meters and explained invoices out.";

const firstSteps = [
  "POST /api/v1/meters: say what to measure",
  "POST /api/v1/events: send usage events",
  "GET /api/v1/meters/{slug}/query: ask for the numbers",
  "POST /api/v1/prices/preview: see what a price makes of a quantity, step by step",
  "POST /api/v1/features, /api/v1/plans, /api/v1/subscriptions: say what it costs, and who pays",
  "GET /api/v1/billing/invoices: see what was billed, and why",
] as const;

const links = {
  docs: "/api/openapi.json",
  health: "/healthz",
  readiness: "/readyz",
  metrics: "/metrics",
  problems: "/problems",
} as const;

const page = (version: string): string => `<h1>Meter ${escapeHtml(version)}</h1>
<p>${description}</p>
<ul>
  <li><a href="${links.docs}">The API, as an OpenAPI document</a></li>
  <li><a href="${links.readiness}">Whether it is ready</a>, <a href="${links.health}">whether it answers</a>, <a href="${links.metrics}">its figures</a></li>
  <li><a href="${links.problems}">What each refusal means</a></li>
</ul>
<h2>First steps</h2>
<p>The first start makes a key and says in which file it lies. With it:</p>
<pre>
METER_URL=http://127.0.0.1:8888   # the address of this page
METER_KEY=$(cat data/admin-key)
key="Authorization: Bearer $METER_KEY"
json="Content-Type: application/json"

# 1. A meter: the sum of duration_ms over events of type request
curl "$METER_URL/api/v1/meters" -H "$key" -H "$json" -d '{
  "slug": "request_duration", "eventType": "request",
  "aggregation": "SUM", "valueProperty": "$.duration_ms" }'

# 2. An event
curl "$METER_URL/api/v1/events" -H "$key" -H "$json" -d '{
  "specversion": "1.0", "id": "1", "source": "first-steps",
  "type": "request", "subject": "customer-1",
  "data": { "duration_ms": "12.5" } }'

# 3. The usage
curl "$METER_URL/api/v1/meters/request_duration/query" -H "$key"

# 4. A price for it: the first 10 free, the others half a cent each
curl "$METER_URL/api/v1/prices/preview" -H "$key" -H "$json" -d '{
  "currency": "USD", "quantity": "12.5", "rateCard": { "price": {
    "type": "tiered", "mode": "graduated", "tiers": [
      { "unitPrice": { "type": "unit", "amount": "0" },
        "upToAmount": "10" },
      { "unitPrice": { "type": "unit", "amount": "0.005" } } ] } } }'
</pre>
<p>From there to plans, subscriptions and issued invoices in a few commands: the README, "From usage to an invoice".</p>
<p>A refusal names its page of help in <code>help</code>.</p>`;

const homeSchema = z
  .object({
    name: z.string(),
    description: z.string(),
    version: z.string(),
    links: z.record(z.string(), z.string()).openapi({ description: "Where to read on." }),
    firstSteps: z.array(z.string()).readonly().openapi({ description: "What to do first." }),
  })
  .openapi("Home", { description: "What this is, and where to begin" });

const route = defineRoute("public", {
  method: "get",
  path: "/",
  operationId: "home",
  tags: ["System"],
  summary: "What this is",
  responses: {
    200: {
      description: "JSON for programs, a page for browsers",
      content: { "application/json": { schema: homeSchema }, "text/html": { schema: z.string() } },
    },
  },
});
