export { type AffectedFeature, affectedFeatures } from "./affected-features.ts";
export { aggregations, cutAggregations } from "./meter.ts";
export type { Aggregation, Meter, MeterDefinition, MeterId, MeterLabels } from "./meter.ts";
export type { FieldFault } from "./field-fault.ts";
export {
  checkDimensionCounts,
  checkMeterCounts,
  checkMeterDefinition,
  checkMeterKey,
  checkMeterLabels,
  dimensionKeyPattern,
  findMeterWarnings,
  keyPattern,
  meterLimits,
  sameGroupBy,
} from "./meter-rules.ts";
export type { TooManyDimensions, TooManyMeters } from "./meter-rules.ts";
export {
  acceptsUnitConversion,
  findPriceModel,
  isUsageBased,
  parsePrice,
  paymentTermOf,
  paymentTerms,
  printPrice,
} from "./price-model.ts";
export type { Json, PaymentTerm, Price, PriceModel, PriceModels, UsageNeed } from "./price-model.ts";
export { builtInPriceModels, isBuiltInPrice } from "./price-models/built-in.ts";
export type { BuiltInPrice, BuiltInPriceDefinition } from "./price-models/built-in.ts";
export { dynamicModel } from "./price-models/dynamic.ts";
export type { DynamicPrice, DynamicPriceDefinition } from "./price-models/dynamic.ts";
export { flatModel } from "./price-models/flat.ts";
export type { FlatPrice, FlatPriceDefinition } from "./price-models/flat.ts";
export { graduatedModel } from "./price-models/graduated.ts";
export type { GraduatedPrice, GraduatedPriceDefinition } from "./price-models/graduated.ts";
export { packageModel } from "./price-models/package.ts";
export type { PackagePrice, PackagePriceDefinition } from "./price-models/package.ts";
export { tiersMax } from "./price-models/tier.ts";
export type { Tier, TierDefinition, Tiers } from "./price-models/tier.ts";
export { unitModel } from "./price-models/unit.ts";
export type { UnitPrice, UnitPriceDefinition } from "./price-models/unit.ts";
export { volumeModel } from "./price-models/volume.ts";
export type { VolumePrice, VolumePriceDefinition } from "./price-models/volume.ts";
export { noCommitments, noDiscounts } from "./rate-card.ts";
export type { Commitments, PercentageDiscount, RateCard, RateCardDiscounts, UsageDiscount } from "./rate-card.ts";
export {
  billingCadenceSecondsMin,
  checkCharges,
  checkRateCard,
  parseCommitments,
  parseDiscounts,
  parseRateCard,
  printRateCard,
} from "./rate-card-rules.ts";
export type { Charges } from "./rate-card-rules.ts";
export { parseTaxConfig, taxBehaviors } from "./tax-config.ts";
export type { TaxBehavior, TaxConfig } from "./tax-config.ts";
export {
  checkUnitConversion,
  conversionOperations,
  conversionPrecisionMax,
  conversionRoundings,
  parseUnitConversion,
} from "./unit-conversion.ts";
export type { ConversionOperation, ConversionRounding, UnitConversion } from "./unit-conversion.ts";
export { certain, prefixFault, readDefinition } from "./definition.ts";
export type { DecimalRule, DefinitionReader } from "./definition.ts";
export { critical, pathOfKeyed, warning } from "./catalog-fault.ts";
export type { CatalogFault, Severity } from "./catalog-fault.ts";
export { currencyCodeKind, customCurrencyCodeLimits, findCurrencyFault } from "./currency-code.ts";
export type { CurrencyCodeKind } from "./currency-code.ts";
export { plainFiltersOf } from "./feature.ts";
export type { Feature, FeatureDefinition, FeatureFilter, FeatureId } from "./feature.ts";
export {
  checkFeatureDefinition,
  checkFeatureMeter,
  featureAggregations,
  featureLimits,
  pickFeatureByKey,
} from "./feature-rules.ts";
export { findLabelFaults, labelLimits } from "./label-rules.ts";
export type { Labels } from "./label-rules.ts";
export {
  checkPlanOperation,
  decideArchivePlan,
  decideDeletePlan,
  decidePublishPlan,
  describePlanStatusError,
  evolvePlan,
  planStatusesAllowing,
} from "./plan-lifecycle.ts";
export type {
  PlanArchived,
  PlanDeleted,
  PlanEvent,
  PlanOperation,
  PlanPublished,
  PlanStatusError,
  PublishPlanError,
} from "./plan-lifecycle.ts";
export {
  checkEffectivePeriod,
  checkPlanDefinition,
  checkPlanFeatures,
  isCritical,
  planBillingCadences,
  planLimits,
} from "./plan-rules.ts";
export type { ReferencedFeature } from "./plan-rules.ts";
export { defaultProRatingConfig, planStatusAt, planStatuses, settlementModes } from "./plan.ts";
export type {
  EffectivePeriod,
  Plan,
  PlanDefinition,
  PlanId,
  PlanPhase,
  PlanStatus,
  ProRatingConfig,
  SettlementMode,
} from "./plan.ts";
export { findKeyFault, resourceKeyCharactersMax } from "./resource-key.ts";
