// The pure floors, so that whoever imports this package needs no other. Names are unique over all of them.
export * from "@meter/primitives";
export * from "@meter/events";
export * from "@meter/catalog";
export * from "@meter/metering";
export * from "@meter/pricing";
export * from "@meter/subscriptions";
export * from "@meter/invoicing";

// The library.
export { createMeter, type MeterAttempts, type MeterLibrary } from "./library/create-meter.ts";
export { type Added, type AddError, type EventInput, uncountedMax } from "./library/add.ts";
export type { DefinedMeter, MeterInput } from "./library/define.ts";
export { describeFailure, MeterError, type MeterFailure, type NoUsage, orThrow } from "./library/failure.ts";
export type { LogPart, MeterParts, StorePart, UsagePart } from "./library/parts.ts";
export type { UsageAnswer, UsageQuestion, UsageScope } from "./library/query.ts";
export type { BuiltInModels, PriceInput, RateCardInput } from "./library/price-input.ts";
export type { Amount, AmountDetail, Ratable } from "./library/rate.ts";
export type { Time } from "./library/reading.ts";
export { createMemoryMeters, type FindMeterInUse, type MemoryMeters } from "./memory/meter-store.ts";
export { createMemoryUsage, memoryEventsMax, MemoryFull, type MemoryUsage } from "./memory/usage.ts";
export { defineMeter, type MeterToDefine } from "./metering/define-meter.ts";
export { queryMeter, type QueryMeterDeps } from "./metering/query-meter.ts";

// Ports, use cases and the worker.
export {
  type Config,
  type Environment,
  isLoopback,
  type LogFormat,
  logFormats,
  type LogLevel,
  logLevels,
  parseConfig,
} from "./config.ts";
export type * from "./billing/billing-store.ts";
export type * from "./metering/builds.ts";
export type * from "./catalog/catalog-store.ts";
export type * from "./shared/clock.ts";
export type * from "./access/api-key-store.ts";
export type * from "./access/namespace-store.ts";
export type * from "./customers/subject-store.ts";
export type * from "./metering/log-registry.ts";
export type * from "./metering/meter-in-use.ts";
export type * from "./metering/meter-store.ts";
export type * from "./shared/conflict.ts";
export type * from "./shared/customer-store.ts";
export type * from "./clock/due-work.ts";
export type * from "./shared/event-log.ts";
export type * from "./metering/freshness.ts";
export { ClockNotSet, type ClockStore } from "./clock/manual-clock.ts";
export type * from "./metering/parked-events.ts";
export { parkedPageBytesMax } from "./metering/parked-events.ts";
export type { Signal } from "./shared/signal.ts";
export type * from "./metering/usage-tables.ts";
export type {
  AnswerBound,
  EventCursor,
  EventFilter,
  StoredEvent,
  TimeFilter,
  UsageReader,
  UsageReadOptions,
} from "./metering/usage-reader.ts";
export { AnswerTooLarge, UsageUnavailable } from "./metering/usage-reader.ts";
export { type ApiKey, type ApiKeyId, rootScopes, type Scope, scopes } from "./access/api-key.ts";
export { type Address, type Customer, type CustomerFields, type CustomerId, subjectsOf } from "./shared/customer.ts";
export { defaultNamespaceKey, type Namespace, namespaceKeyPattern } from "./access/namespace.ts";
export { type ClockBackwards, createStandingClock, type StandingClock } from "./clock/standing-clock.ts";
export type { Subject, SubjectFields, SubjectId } from "./customers/subject.ts";
export { type IngestEvents, ingestEvents } from "./metering/ingest-events.ts";
export { blockLimits } from "./worker/block.ts";
export type { Standing } from "./worker/obstacle.ts";
export { oldPartsLifetimeMs } from "./worker/table-sync.ts";
export {
  createWorker,
  type Worker,
  type WorkerDeps,
  type WorkerLimits,
  workerLimits,
  type WorkerStatus,
} from "./worker/worker.ts";
export { type ApiKeyCache, apiKeyCacheTtlMs, createApiKeyCache } from "./access/api-key-cache.ts";
export { parseApiKeyToken } from "./access/api-key-token.ts";
export {
  authenticate,
  type Authenticate,
  type AuthenticateDeps,
  type AuthenticateError,
} from "./access/authenticate.ts";
export type { ClockSetting } from "./clock/clock-setting.ts";
export { isStorable } from "./shared/check-text.ts";
export { type ControlDeps, type ControlUseCases, createControlUseCases } from "./use-cases.ts";
export { ensureDefaultNamespace } from "./access/ensure-default-namespace.ts";
export { ensureRootKey } from "./access/ensure-root-key.ts";
export type { ClockReading } from "./clock/get-clock.ts";
export type { SetClock } from "./clock/set-clock.ts";
export { applyPlanChange } from "./catalog/plan-change.ts";
export { checkPlanMeters } from "./catalog/plan-meters.ts";
export type { ListPlansInput, PlanViewPage } from "./catalog/list-plans.ts";
export type { PlanReplacement } from "./catalog/update-plan.ts";
export type { PlanView } from "./catalog/plan-view.ts";
export type { CreateSubscriptionInput } from "./subscriptions/create-subscription.ts";
export type { SubscriptionView } from "./subscriptions/get-subscription.ts";
export type { ListSubscriptionsInput, SubscriptionPage } from "./subscriptions/list-subscriptions.ts";
export type { InvoiceView, UnservedLine } from "./billing/view-invoices.ts";
export type { InvoicePage } from "./billing/list-invoices.ts";
export type { PreviewPriceInput, PricedQuantity, PricePreview } from "./catalog/preview-price.ts";
export type { LineToPrice, SimulateInvoiceInput } from "./billing/simulate-invoice.ts";
export type { RecomputedInvoice } from "./billing/recompute-invoice.ts";
export type { RecomputedLine } from "./billing/recompute-line.ts";
export { invariantsPageMax, type InvariantsReport, type UncheckedLine } from "./billing/check-invariants.ts";
export type { CustomerChange } from "./customers/update-customer.ts";
export { answerBounds, type TooManyGroups } from "./metering/answer-bound.ts";
export type { InvalidInput } from "./shared/invalid-input.ts";
export type { ListedEvent, ListEventsInput } from "./metering/list-events.ts";
export type { MeterAnswer, MeterQuery, QueryMeterError } from "./metering/query-meter.ts";
export type { MeterChange } from "./metering/update-meter.ts";
export { hasScope, type Principal } from "./access/principal.ts";
export { createTurns, type Rounds, type Turns } from "./shared/turns.ts";
export { createIdSource, type Crypto, type IdSource, type MonotonicNow } from "./shared/sources.ts";
export { createMeterBuild } from "./metering/meter-build.ts";
export type * from "./billing/wakes.ts";
export { billCustomer, type BillCustomerDeps } from "./billing/bill-customer.ts";
export { dueOf } from "./billing/state.ts";
export type { GatheringInvoice } from "./billing/gather-invoices.ts";
export type { LateUsage, UncheckedUsage } from "./billing/late-usage.ts";
export {
  type LateUsageCount,
  type WatchedLateUsage,
  watchLateUsage,
  type WatchLateUsageDeps,
} from "./billing/watch-late-usage.ts";
export {
  lateUsageDays,
  lateUsageLinesMax,
  type LateUsagePage,
  type LateUsageQuery,
} from "./billing/list-late-usage.ts";
export { keepBilling, type KeptBilling } from "./billing/keep-billing.ts";
export { type ReadQuantityDeps, readAtSource, type UsageNotRead } from "./billing/read-quantity.ts";
export { createScheduler, retryDelayMs, type RunDueDeps, type Scheduler } from "./billing/run-due.ts";
