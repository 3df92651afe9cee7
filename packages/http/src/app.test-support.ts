import {
  authenticate,
  type ControlDeps,
  createApiKeyCache,
  createControlUseCases,
  ensureDefaultNamespace,
  ensureRootKey,
  ingestEvents,
  type Scope,
} from "@meter/core";
import { instant, parseInstant } from "@meter/primitives";
import {
  createManualClock,
  createMemoryApiKeys,
  createMemoryBilling,
  createMemoryCatalog,
  createMemoryCustomers,
  createMemoryMeters,
  createMemoryNamespaces,
  createMemoryParkedEvents,
  createMemorySubjects,
  createMemoryUsage,
  createTestCrypto,
  createTestIds,
  type ManualClock,
  type MemoryMeters,
} from "@meter/testkit/memory";
import { Registry } from "prom-client";
import { createApiRoutes } from "./api.ts";
import { createHttpApp, type HttpAppDeps } from "./app.ts";
import type { HttpApp } from "./define-route.ts";
import { createIngestRoutes, type IngestDeps } from "./v1/metering/ingest/post-events.ts";
import { createHttpMetrics } from "./middleware/metrics.ts";
import { type Document, faultsOfAnswer } from "./openapi/conform.test-support.ts";
import { toOpenApiDocument } from "./openapi/document.ts";
import { problemPagesIn } from "./problems/pages.ts";
import { createSystemRoutes, type SystemDeps } from "./system/index.ts";

export type LogLine = Readonly<{ level: "info" | "error"; fields: Record<string, unknown>; message: string }>;

export type TestApp = Readonly<{
  app: HttpApp;
  clock: ManualClock;
  deps: ControlDeps;
  rootToken: string;
  lines: LogLine[];
  /** A request with the root key, unless headers say otherwise. A body that is no text is sent as JSON. */
  send: (method: string, path: string, options?: SendOptions) => Promise<Response>;
  /** Defines meters and sends events; throws when one is refused. */
  given: (state: Readonly<{ meters?: readonly object[]; events?: readonly object[] }>) => Promise<void>;
  createKey: (scopes: readonly Scope[], namespace?: string) => Promise<string>;
}>;

export type SendOptions = Readonly<{
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  token?: string | null;
}>;

export const startOfTests = "2026-01-15T12:00:00Z";

/** The whole API over in-memory ports, through the same createHttpApp that the apps use. */
export const createTestApp = async (
  overrides: Readonly<{
    auth?: "on" | "off";
    deps?: Partial<ControlDeps>;
    ingest?: Partial<IngestDeps>;
    system?: Partial<SystemDeps>;
    app?: Partial<HttpAppDeps>;
    /** Where a test looks at an answer that nobody has taken yet. */
    answers?: "unread";
  }> = {},
): Promise<TestApp> => {
  const start = parseInstant(startOfTests);
  const clock = createManualClock(start.ok ? start.value : instant(0));
  const crypto = createTestCrypto();
  const ids = createTestIds(clock);
  const usage = createMemoryUsage(clock);
  const apiKeys = createMemoryApiKeys();
  const meters: MemoryMeters = createMemoryMeters({
    findInUse: (meter, groupBy, at) => catalog.findMeterInUse(meter, groupBy, at),
  });
  const catalog = createMemoryCatalog({ meters });
  const customers = createMemoryCustomers();
  const namespaces = createMemoryNamespaces();
  const monotonicNow = () => performance.now();
  const apiKeyCache = createApiKeyCache({ apiKeys, monotonicNow });
  const deps: ControlDeps = {
    namespaces,
    apiKeys,
    apiKeyCache,
    meters,
    features: catalog.features,
    plans: catalog.plans,
    customers,
    billing: createMemoryBilling({ customers }),
    subjects: createMemorySubjects(),
    parked: createMemoryParkedEvents(),
    reader: usage.reader,
    freshness: usage.freshness,
    log: usage.log,
    clock,
    clockSetting: { mode: "system" },
    systemClock: clock,
    ids,
    crypto,
    monotonicNow,
    ...overrides.deps,
  };
  await ensureDefaultNamespace({ namespaces, clock })();
  const root = await ensureRootKey({ apiKeys, clock, ids, crypto })(async () => {});
  const rootToken = root?.token ?? "";
  const lines: LogLine[] = [];
  const log =
    (level: LogLine["level"]) =>
    (fields: object, message: string): void => {
      lines.push({ level, fields: { ...fields }, message });
    };
  const registry = new Registry();
  const app = createHttpApp({
    ingest: createIngestRoutes({
      ingestEvents: ingestEvents({ log: usage.log, clock: deps.clock }),
      clock: deps.clock,
      ...overrides.ingest,
    }),
    api: createApiRoutes(createControlUseCases(deps)),
    system: createSystemRoutes({
      version: "0.0.0-test",
      readiness: async () => ({ status: "ready" }),
      registry,
      readProblemPage: problemPagesIn(problemPagesDirectory),
      ...overrides.system,
    }),
    publicUrl: null,
    auth: overrides.auth ?? "on",
    authenticate: authenticate({ apiKeys: apiKeyCache, namespaces, clock, crypto, auth: overrides.auth ?? "on" }),
    ids,
    monotonicNow,
    log: { info: log("info"), error: log("error") },
    metrics: createHttpMetrics(registry),
    version: "0.0.0-test",
    ...overrides.app,
  });

  const send: TestApp["send"] = async (method, path, { body, headers = {}, token = rootToken } = {}) => {
    const answer = await app.request(path, {
      method,
      headers: {
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined || typeof body === "string" ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    if (overrides.answers !== "unread") await mustConform(app, { method, path }, answer.clone());
    return answer;
  };

  const must = async (response: Promise<Response>): Promise<Response> => {
    const answer = await response;
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
    return answer;
  };

  return {
    app,
    clock,
    deps,
    rootToken,
    lines,
    send,
    given: async ({ meters = [], events = [] }) => {
      for (const meter of meters) await must(send("POST", "/api/v1/meters", { body: meter }));
      if (events.length > 0) await must(send("POST", "/api/v1/events", { body: events }));
    },
    createKey: async (scopes, namespace) => {
      const created = await must(
        send("POST", "/api/v1/api-keys", {
          body: { name: "test", scopes, ...(namespace === undefined ? {} : { namespace }) },
        }),
      );
      const { token } = (await created.json()) as { token: string }; // as declared by the route
      return token;
    },
  };
};

/** Every answer of every test is one that the document declares. Throws when it is not. */
const mustConform = async (
  app: HttpApp,
  { method, path }: Readonly<{ method: string; path: string }>,
  answer: Response,
): Promise<void> => {
  document ??= toOpenApiDocument(app, "") as Document; // what every app of the tests serves
  const text = await answer.text();
  const { status, headers } = answer;
  const faults = faultsOfAnswer(document, { method, path }, { status, contentType: headers.get("content-type"), text });
  if (faults.length > 0) throw new Error(`${method} ${path}: ${faults.join("; ")}\n${text.slice(0, 2_000)}`);
};

let document: Document | null = null;

export const problemPagesDirectory: URL = new URL("../../../docs/problems/", import.meta.url);

let events = 0;

/** An event of which only what matters is named. */
export const event = (members: Readonly<Record<string, unknown>> = {}): object => {
  events += 1;
  return {
    specversion: "1.0",
    id: `event-${events}`,
    source: "test",
    type: "request",
    subject: "customer-1",
    time: "2026-01-01T00:00:00Z",
    data: { duration_ms: "100", route: "/a" },
    ...members,
  };
};

export const requestDuration = {
  slug: "request_duration",
  aggregation: "SUM",
  eventType: "request",
  valueProperty: "$.duration_ms",
  groupBy: { route: "$.route", method: "$.method" },
} as const;
