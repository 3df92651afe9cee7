import { randomBytes } from "node:crypto";
import type { Meter, MeterId } from "@meter/catalog";
import type { ApiKey, ApiKeyId, Customer, CustomerId, LogId, LogPartition, SubjectId } from "@meter/core";
import type { BuildId, MeterBuild } from "@meter/metering";
import { createUlid, type Instant, instant, type JsonPath, parseJsonPath, type Ulid } from "@meter/primitives";

/** 2026-01-01T00:00:00Z and `ms` more. */
export const at = (ms: number): Instant => instant(Date.UTC(2026, 0, 1) + ms);

let ids = 0;
/** Each id sorts after the ones before it. */
const nextUlid = (): Ulid => createUlid(at(ids++), randomBytes(10));

export const nextMeterId = (): MeterId => nextUlid() as MeterId;
export const nextBuildId = (): BuildId => nextUlid() as BuildId;
export const nextCustomerId = (): CustomerId => nextUlid() as CustomerId;
export const nextSubjectId = (): SubjectId => nextUlid() as SubjectId;
export const nextApiKeyId = (): ApiKeyId => nextUlid() as ApiKeyId;
export const nextPartition = (): LogPartition => ({ log: nextUlid() as LogId, partition: 0 });

export const toPath = (text: string): JsonPath => {
  const path = parseJsonPath(text);
  if (!path.ok) throw new Error(path.error.reason);
  return path.value;
};

export const toMeter = (fields: Partial<Meter> = {}): Meter => ({
  id: nextMeterId(),
  namespace: "default",
  key: "tokens",
  name: "Tokens",
  description: null,
  metadata: null,
  eventType: "prompt",
  aggregation: "sum",
  valueProperty: "$.tokens",
  groupBy: { model: "$.model" },
  eventFrom: null,
  createdAt: at(0),
  updatedAt: at(0),
  deletedAt: null,
  ...fields,
});

export const toBuild = (meter: Meter): MeterBuild => ({
  id: nextBuildId(),
  namespace: meter.namespace,
  eventType: meter.eventType,
  aggregation: meter.aggregation,
  value: meter.valueProperty === null ? null : toPath(meter.valueProperty),
  dimensions: Object.entries(meter.groupBy)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, path]) => ({ key, path: toPath(path) })),
});

export const toCustomer = (fields: Partial<Customer> = {}): Customer => ({
  id: nextCustomerId(),
  namespace: "default",
  key: null,
  name: "Acme",
  description: null,
  metadata: null,
  primaryEmail: null,
  currency: null,
  billingAddress: null,
  subjectKeys: [],
  createdAt: at(0),
  updatedAt: at(0),
  deletedAt: null,
  ...fields,
});

export const toApiKey = (fields: Partial<ApiKey> = {}): ApiKey => ({
  id: nextApiKeyId(),
  namespace: "default",
  name: "collector",
  scopes: ["events:write", "meters:read"],
  root: false,
  mintedBy: null,
  secretHash: new Uint8Array(randomBytes(32)),
  createdAt: at(0),
  expiresAt: null,
  revokedAt: null,
  ...fields,
});
