export { type Config, type Environment, isLoopback, type LogLevel, logLevels, parseConfig } from "./config.ts";
export type * from "./ports/builds.ts";
export type * from "./ports/clock.ts";
export type * from "./ports/control-store.ts";
export type * from "./ports/event-log.ts";
export type * from "./ports/freshness.ts";
export type * from "./ports/parked-events.ts";
export type * from "./ports/usage-tables.ts";
export type { EventCursor, EventFilter, StoredEvent, TimeFilter, UsageReader } from "./ports/usage-reader.ts";
export { UsageUnavailable } from "./ports/usage-reader.ts";
export { type ApiKey, type ApiKeyId, rootScopes, type Scope, scopes } from "./api-key.ts";
export { type Address, type Customer, type CustomerFields, type CustomerId, subjectsOf } from "./customer.ts";
export { defaultNamespaceKey, type Namespace, namespaceKeyPattern } from "./namespace.ts";
export type { Subject, SubjectFields, SubjectId } from "./subject.ts";
export { type IngestEvents, ingestEvents } from "./ingest/ingest-events.ts";
export { oldPartsLifetimeMs } from "./worker/table-sync.ts";
export {
  createWorker,
  type Worker,
  type WorkerDeps,
  type WorkerLimits,
  workerLimits,
  type WorkerStatus,
} from "./worker/worker.ts";
export { type ApiKeyCache, apiKeyCacheTtlMs, createApiKeyCache } from "./use-cases/api-key-cache.ts";
export { parseApiKeyToken } from "./use-cases/api-key-token.ts";
export {
  authenticate,
  type Authenticate,
  type AuthenticateDeps,
  type AuthenticateError,
} from "./use-cases/authenticate.ts";
export { isStorable } from "./use-cases/check-text.ts";
export { type ControlDeps, type ControlUseCases, createControlUseCases } from "./use-cases/control.ts";
export { ensureDefaultNamespace } from "./use-cases/ensure-default-namespace.ts";
export { ensureRootKey } from "./use-cases/ensure-root-key.ts";
export type { CustomerChange } from "./use-cases/update-customer.ts";
export type { InvalidInput } from "./use-cases/invalid-input.ts";
export type { ListedEvent, ListEventsInput } from "./use-cases/list-events.ts";
export type { MeterAnswer, MeterQuery, QueryMeterError } from "./use-cases/query-meter.ts";
export type { MeterChange } from "./use-cases/update-meter.ts";
export { hasScope, type Principal } from "./use-cases/principal.ts";
export { createIdSource, type Crypto, type IdSource, type MonotonicNow } from "./use-cases/sources.ts";
export { createMeterBuild } from "./use-cases/meter-build.ts";
