export { convertExactly, convertQuantity, freeUnits } from "./billable-quantity.ts";
export type { Quantities } from "./billable-quantity.ts";
export { createPricing } from "./create-pricing.ts";
export type { ExplainedRated, Pricing, RateInput, StatelessInput } from "./create-pricing.ts";
export { describeRateError } from "./describe-rate-error.ts";
export { toDisplay } from "./display.ts";
export type {
  ChangedSummand,
  ExplainedSummand,
  Explanation,
  ExplanationStep,
  Given,
  RoundedDetail,
} from "./explanation.ts";
export { createStep } from "./model.ts";
export type { BillableUsage, ModelStep, PricingModel, PricingModels, StepReason } from "./model.ts";
export { builtInModels } from "./models/built-in.ts";
export { countPackages } from "./models/package.ts";
export { findTier } from "./models/tier-bounds.ts";
export type { PlacedTier } from "./models/tier-bounds.ts";
export type { Counted, DiscountReason, Rated, RatedDetail, RatedDiscount } from "./rated.ts";
export { toRatedPart } from "./rated-part.ts";
export type { PartStep, RatedPart, RatedPartStep } from "./rated-part.ts";
export type { RatedRateCard, RateError, StepCategory } from "./whole.ts";
export { verify } from "./verify/verify.ts";
export type { ExplanationFault } from "./verify/verify.ts";
export { describeExplanation } from "./describe-explanation.ts";
