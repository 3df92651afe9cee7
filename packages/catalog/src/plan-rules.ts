import { durationsAlign, formatDuration, isPositiveDuration, shortestSeconds } from "@meter/primitives";
import type { IsoDuration } from "@meter/primitives";

import { critical, pathOfKeyed, warning } from "./catalog-fault.ts";
import type { CatalogFault } from "./catalog-fault.ts";
import { findCurrencyFault } from "./currency-code.ts";
import { fault, prefixFault } from "./definition.ts";
import type { Feature } from "./feature.ts";
import { findLabelFaults } from "./label-rules.ts";
import { settlementModes } from "./plan.ts";
import type { EffectivePeriod, PlanDefinition, PlanPhase } from "./plan.ts";
import { findPriceModel, isUsageBased } from "./price-model.ts";
import type { PriceModels } from "./price-model.ts";
import { checkRateCard } from "./rate-card-rules.ts";
import type { RateCard } from "./rate-card.ts";
import { findKeyFault } from "./resource-key.ts";

/** Upper bounds, inclusive; the lower one for durations in seconds, with every day of 23 hours. */
export const planLimits: Readonly<{ phasesMax: number; rateCardsMax: number; phaseSecondsMin: number }> = {
  phasesMax: 100,
  rateCardsMax: 500,
  phaseSecondsMin: 3_600,
};

/** The rhythms a plan or a subscription may have. P1Y and P12M both are, P2M is not. */
export const planBillingCadences: readonly string[] = ["P1W", "P2W", "P4W", "P1M", "P3M", "P6M", "P12M", "P1Y"];

/**
 * Everything that is wrong with the content of a plan by itself, in its own order. With critical faults it is refused; with
 * warnings a draft is kept and can neither be published nor subscribed to. Whether its features exist says
 * `checkPlanFeatures`. Fields: `$.currency`, `$.phases[?(@.key=='pro')].rateCards[?(@.key=='api')].billingCadence`, …
 */
export const checkPlanDefinition = (plan: PlanDefinition, models: PriceModels): readonly CatalogFault[] => [
  ...checkIdentity(plan),
  ...checkTerms(plan),
  ...checkPhaseList(plan.phases),
  ...plan.phases.flatMap((phase, index) => [
    ...checkPhase(phase, { isLast: index === plan.phases.length - 1 }),
    ...checkRateCards(phase, { billingCadence: plan.billingCadence, models }),
  ]),
];

/** What a reference to a feature needs to know of it. */
export type ReferencedFeature = Pick<Feature, "key" | "meterKey" | "archivedAt">;

/**
 * Everything that is wrong with the features that rate cards refer to; for publishing and subscribing. `features` holds, by
 * key, what `pickFeatureByKey` answers for every key in the plan.
 */
export const checkPlanFeatures = (
  phases: readonly PlanPhase[],
  { features, models }: Readonly<{ features: ReadonlyMap<string, ReferencedFeature>; models: PriceModels }>,
): readonly CatalogFault[] =>
  phases.flatMap((phase) =>
    phase.rateCards.flatMap((rateCard) =>
      checkFeatureOf(rateCard, { feature: features.get(rateCard.featureKey ?? ""), models }).map((one) =>
        at(rateCardPath(phase.key, rateCard.key), one),
      ),
    ),
  );

/** Only an end that has a start, not before it. Fields: `$.effectiveFrom`, `$.effectiveTo`. */
export const checkEffectivePeriod = ({ effectiveFrom, effectiveTo }: EffectivePeriod): readonly CatalogFault[] => {
  if (effectiveTo === null) return [];
  if (effectiveFrom === null) {
    const message = "a plan that ends must have a start";
    return [warning(fault("$.effectiveFrom", "effective_period_from_not_set", message))];
  }
  if (effectiveFrom <= effectiveTo) return [];
  const message = "a plan must not end before it starts";
  return [warning(fault("$.effectiveTo", "effective_period_from_after_to", message))];
};

export const isCritical = ({ severity }: CatalogFault): boolean => severity === "critical";

const checkIdentity = (plan: PlanDefinition): readonly CatalogFault[] => {
  const key = findKeyFault(plan.key, { field: "$.key", label: "plan key" });
  return [...(key === null ? [] : [key]), ...findLabelFaults(plan, { noun: "plan", prefix: "$." })].map(critical);
};

const checkTerms = ({ currency, billingCadence, settlementMode }: PlanDefinition): readonly CatalogFault[] => {
  const faults: CatalogFault[] = [];
  const currencyFault = findCurrencyFault(currency, "$.currency");
  if (currencyFault !== null) faults.push(critical(currencyFault));
  if (!planBillingCadences.includes(formatDuration(billingCadence))) {
    const message = `billing cadence must be one of ${planBillingCadences.join(", ")}`;
    faults.push(critical(fault("$.billingCadence", "plan_billing_cadence_invalid", message)));
  }
  if (!settlementModes.includes(settlementMode)) {
    const message = `settlement mode must be one of ${settlementModes.join(", ")}`;
    faults.push(critical(fault("$.settlementMode", "invalid_value", message)));
  }
  return faults;
};

const checkPhaseList = (phases: readonly PlanPhase[]): readonly CatalogFault[] => {
  if (phases.length === 0) {
    return [warning(fault("$.phases", "plan_with_no_phases", "a plan must have at least one phase"))];
  }
  if (phases.length > planLimits.phasesMax) {
    const message = `a plan must not have more than ${planLimits.phasesMax} phases`;
    return [critical(fault("$.phases", "too_many", message))];
  }
  return duplicatesOf(phases.map(({ key }) => key)).map((key) =>
    critical(fault(`${phasePath(key)}.key`, "plan_phase_duplicated_key", `two phases have the key ${key}`)),
  );
};

const checkPhase = (phase: PlanPhase, { isLast }: Readonly<{ isLast: boolean }>): readonly CatalogFault[] => {
  const path = phasePath(phase.key);
  const key = findKeyFault(phase.key, { field: `${path}.key`, label: "phase key" });
  const faults = [...(key === null ? [] : [key]), ...findLabelFaults(phase, { noun: "phase", prefix: `${path}.` })].map(
    critical,
  );
  const warn = (field: string, code: string, message: string): void =>
    void faults.push(warning(fault(`${path}.${field}`, code, message)));

  if (phase.duration === null) {
    if (!isLast) {
      warn("duration", "plan_has_non_last_phase_with_no_duration", "every phase but the last must have a duration");
    }
  } else {
    if (isLast) warn("duration", "plan_has_last_phase_with_duration", "the last phase must not have a duration");
    if (!isPositiveDuration(phase.duration)) {
      warn("duration", "plan_phase_with_negative_duration", "the duration of a phase must be positive");
    } else if (shortestSeconds(phase.duration) < planLimits.phaseSecondsMin) {
      warn("duration", "plan_phase_duration_less_then_an_hour", "a phase must last at least one hour");
    }
  }
  if (phase.rateCards.length === 0) {
    warn("rateCards", "plan_phase_has_no_rate_cards", "a phase must have at least one rate card");
  }
  return faults;
};

type Surroundings = Readonly<{ billingCadence: IsoDuration; models: PriceModels }>;

const checkRateCards = (phase: PlanPhase, surroundings: Surroundings): readonly CatalogFault[] => {
  const { key: phaseKey, rateCards } = phase;
  if (rateCards.length > planLimits.rateCardsMax) {
    const message = `a phase must not have more than ${planLimits.rateCardsMax} rate cards`;
    return [critical(fault(`${phasePath(phaseKey)}.rateCards`, "too_many", message))];
  }
  const duplicates = duplicatesOf(rateCards.map(({ key }) => key)).map((key) => {
    const field = `${rateCardPath(phaseKey, key)}.key`;
    return critical(fault(field, "rate_card_duplicated_key", `two rate cards of one phase have the key ${key}`));
  });
  return [
    ...duplicates,
    ...rateCards.flatMap((rateCard) => {
      const faults = [...checkRateCard(rateCard, surroundings.models), ...checkAlignment(rateCard, surroundings)];
      return faults.map((one) => at(rateCardPath(phaseKey, rateCard.key), one));
    }),
  ];
};

/**
 * The periods of a priced rate card must meet those of the plan: one cadence must go into the other in every calendar. A
 * day under a month does, a week does not. What is billed once, and what has no price, is free of this.
 */
const checkAlignment = ({ billingCadence, price }: RateCard, plan: Surroundings): readonly CatalogFault[] => {
  if (price === null || billingCadence === null || !isLongEnough(billingCadence)) return [];
  if (!isPositiveDuration(plan.billingCadence) || durationsAlign(plan.billingCadence, billingCadence)) return [];
  const message = `${formatDuration(billingCadence)} does not align with the plan's ${formatDuration(plan.billingCadence)}`;
  return [warning(fault("billingCadence", "rate_card_billing_cadence_unaligned", message))];
};

/** A cadence that is too short has a fault of its own. */
const isLongEnough = (cadence: IsoDuration): boolean =>
  isPositiveDuration(cadence) && shortestSeconds(cadence) >= planLimits.phaseSecondsMin;

const checkFeatureOf = (
  { featureKey, price }: RateCard,
  { feature, models }: Readonly<{ feature: ReferencedFeature | undefined; models: PriceModels }>,
): readonly CatalogFault[] => {
  if (featureKey === null) return [];
  if (feature === undefined) {
    return [critical(fault("featureKey", "rate_card_feature_not_found", `there is no feature ${featureKey}`))];
  }
  if (feature.archivedAt !== null) {
    return [critical(fault("featureKey", "rate_card_feature_archived", `the feature ${featureKey} is archived`))];
  }
  const model = price === null ? null : findPriceModel(models, price.type);
  if (model === null || !isUsageBased(model) || feature.meterKey !== null) return [];
  const message = `a usage based price needs a meter, and the feature ${featureKey} has none`;
  return [warning(fault("featureKey", "usage_based_price_with_feature_and_no_meter", message))];
};

const at = (path: string, one: CatalogFault): CatalogFault => ({ ...prefixFault(path, one), severity: one.severity });

const phasePath = (key: string): string => pathOfKeyed("$.phases", key);

const rateCardPath = (phaseKey: string, key: string): string => pathOfKeyed(`${phasePath(phaseKey)}.rateCards`, key);

/** Every key that is there more than once, each once, in the order of its second place. */
const duplicatesOf = (keys: readonly string[]): readonly string[] => [
  ...new Set(keys.filter((key, index) => keys.indexOf(key) !== index)),
];
