import { assert, createUlid, instant, parseInstant, parseJsonPath, parseTimeZone } from "@meter/primitives";
import type { Instant, JsonPath, TimeZone } from "@meter/primitives";

import type { BuildId, MeterBuild } from "./build.ts";
import type { FoldEvent, UsageEntry } from "./entry.ts";
import type { UsageQuery } from "./usage-query.ts";

/** Parts for the tests of this package; nothing else imports them. */

export const at = (text: string): Instant => {
  const parsed = parseInstant(text);
  assert(parsed.ok, `not an instant: ${text}`);
  return parsed.value;
};

export const zone = (name: string): TimeZone => {
  const parsed = parseTimeZone(name);
  assert(parsed.ok, `not a time zone: ${name}`);
  return parsed.value;
};

export const path = (text: string): JsonPath => {
  const parsed = parseJsonPath(text);
  assert(parsed.ok, `not a JSONPath: ${text}`);
  return parsed.value;
};

export const buildId = (n: number): BuildId =>
  createUlid(instant(0), Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, n)) as BuildId; // an id of our own making

export const build = (change: Partial<MeterBuild> = {}): MeterBuild => ({
  id: buildId(1),
  namespace: "default",
  eventType: "request",
  aggregation: "sum",
  value: path("$.n"),
  dimensions: [],
  ...change,
});

export const event = (change: Partial<FoldEvent> = {}): FoldEvent => ({
  id: "1",
  source: "test",
  namespace: "default",
  type: "request",
  subject: "anna",
  time: at("2024-01-01T00:00:00Z"),
  data: "{}",
  ...change,
});

export const entry = (change: Partial<UsageEntry> = {}): UsageEntry => ({
  build: buildId(1),
  namespace: "default",
  subject: "anna",
  time: at("2024-01-01T00:00:00Z"),
  value: "1",
  text: null,
  dimensions: [],
  ...change,
});

export const everything: UsageQuery = {
  from: null,
  to: null,
  notBefore: null,
  window: null,
  subjects: null,
  customers: null,
  dimensions: [],
  groupBy: [],
};
