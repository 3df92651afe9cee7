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
export { describeExplanation } from "./library/describe-explanation.ts";
export { describeFailure, MeterError, type MeterFailure, type NoUsage, orThrow } from "./library/failure.ts";
export type { LogPart, MeterParts, StorePart, UsagePart } from "./library/parts.ts";
export type { UsageAnswer, UsageQuestion, UsageScope } from "./library/query.ts";
export type { BuiltInModels, PriceInput, RateCardInput } from "./library/price-input.ts";
export type { Amount, AmountDetail, Ratable } from "./library/rate.ts";
export type { Time } from "./library/reading.ts";
export { createMemoryMeters, type FindMeterInUse, type MemoryMeters } from "./memory/meter-store.ts";
export { createMemoryUsage, memoryEventsMax, MemoryFull, type MemoryUsage } from "./memory/usage.ts";
export { defineMeter, type MeterToDefine } from "./use-cases/define-meter.ts";
export { queryMeter, type QueryMeterDeps } from "./use-cases/query-meter.ts";

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
export type * from "./ports/billing-store.ts";
export type * from "./ports/builds.ts";
export type * from "./ports/catalog-store.ts";
export type * from "./ports/clock.ts";
export type * from "./ports/control-store.ts";
export type * from "./ports/due-work.ts";
export type * from "./ports/event-log.ts";
export type * from "./ports/freshness.ts";
export { ClockNotSet, type ClockStore } from "./ports/manual-clock.ts";
export type * from "./ports/parked-events.ts";
export { parkedPageBytesMax } from "./ports/parked-events.ts";
export type { Signal } from "./ports/signal.ts";
export type * from "./ports/usage-tables.ts";
export type {
  AnswerBound,
  EventCursor,
  EventFilter,
  StoredEvent,
  TimeFilter,
  UsageReader,
  UsageReadOptions,
} from "./ports/usage-reader.ts";
export { AnswerTooLarge, UsageUnavailable } from "./ports/usage-reader.ts";
export { type ApiKey, type ApiKeyId, rootScopes, type Scope, scopes } from "./api-key.ts";
export { type Address, type Customer, type CustomerFields, type CustomerId, subjectsOf } from "./customer.ts";
export { defaultNamespaceKey, type Namespace, namespaceKeyPattern } from "./namespace.ts";
export { type ClockBackwards, createStandingClock, type StandingClock } from "./standing-clock.ts";
export type { Subject, SubjectFields, SubjectId } from "./subject.ts";
export { type IngestEvents, ingestEvents } from "./ingest/ingest-events.ts";
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
export { type ApiKeyCache, apiKeyCacheTtlMs, createApiKeyCache } from "./use-cases/api-key-cache.ts";
export { parseApiKeyToken } from "./use-cases/api-key-token.ts";
export {
  authenticate,
  type Authenticate,
  type AuthenticateDeps,
  type AuthenticateError,
} from "./use-cases/authenticate.ts";
export type { ClockSetting } from "./use-cases/clock-setting.ts";
export { isStorable } from "./use-cases/check-text.ts";
export { type ControlDeps, type ControlUseCases, createControlUseCases } from "./use-cases/control.ts";
export { ensureDefaultNamespace } from "./use-cases/ensure-default-namespace.ts";
export { ensureRootKey } from "./use-cases/ensure-root-key.ts";
export type { ClockReading } from "./use-cases/get-clock.ts";
export type { SetClock } from "./use-cases/set-clock.ts";
export { applyPlanChange } from "./plan-change.ts";
export { checkPlanMeters } from "./use-cases/plan-meters.ts";
export type { ListPlansInput, PlanViewPage } from "./use-cases/list-plans.ts";
export type { PlanReplacement } from "./use-cases/update-plan.ts";
export type { PlanView } from "./use-cases/plan-view.ts";
export type { CreateSubscriptionInput } from "./use-cases/create-subscription.ts";
export type { SubscriptionView } from "./use-cases/get-subscription.ts";
export type { ListSubscriptionsInput, SubscriptionPage } from "./use-cases/list-subscriptions.ts";
export type { InvoiceView, UnservedLine } from "./use-cases/view-invoices.ts";
export type { InvoicePage } from "./use-cases/list-invoices.ts";
export type { PreviewPriceInput, PricedQuantity, PricePreview } from "./use-cases/preview-price.ts";
export type { LineToPrice, SimulateInvoiceInput } from "./use-cases/simulate-invoice.ts";
export type { RecomputedInvoice } from "./use-cases/recompute-invoice.ts";
export type { RecomputedLine } from "./billing/recompute-line.ts";
export { invariantsPageMax, type InvariantsReport, type UncheckedLine } from "./use-cases/check-invariants.ts";
export type { CustomerChange } from "./use-cases/update-customer.ts";
export { answerBounds, type TooManyGroups } from "./use-cases/answer-bound.ts";
export type { InvalidInput } from "./use-cases/invalid-input.ts";
export type { ListedEvent, ListEventsInput } from "./use-cases/list-events.ts";
export type { MeterAnswer, MeterQuery, QueryMeterError } from "./use-cases/query-meter.ts";
export type { MeterChange } from "./use-cases/update-meter.ts";
export { hasScope, type Principal } from "./use-cases/principal.ts";
export { createTurns, type Rounds, type Turns } from "./turns.ts";
export { createIdSource, type Crypto, type IdSource, type MonotonicNow } from "./use-cases/sources.ts";
export { createMeterBuild } from "./use-cases/meter-build.ts";
export type * from "./ports/wakes.ts";
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
} from "./use-cases/list-late-usage.ts";
export { keepBilling, type KeptBilling } from "./billing/keep-billing.ts";
export { type ReadQuantityDeps, readAtSource, type UsageNotRead } from "./billing/read-quantity.ts";
export { createScheduler, retryDelayMs, type RunDueDeps, type Scheduler } from "./billing/run-due.ts";
