import { checkFeatureMeter, findPriceModel, isUsageBased, pathOfKeyed, warning } from "@meter/catalog";
import type { CatalogFault, Feature, FieldFault, Meter, PlanPhase, PriceModels, RateCard } from "@meter/catalog";

type Catalog = Readonly<{
  features: ReadonlyMap<string, Feature>;
  meters: ReadonlyMap<string, Meter>;
  models: PriceModels;
}>;

/**
 * What is wrong with the meters behind usage based prices, for publishing and subscribing: a meter may have been deleted,
 * or another be defined under its key, since the feature was created. `features` and `meters` are what there is by key.
 * What a feature without a meter means says `checkPlanFeatures`.
 */
export const checkPlanMeters = (phases: readonly PlanPhase[], catalog: Catalog): readonly CatalogFault[] =>
  phases.flatMap((phase) =>
    phase.rateCards.flatMap((rateCard) => {
      const field = `${pathOfKeyed(`${pathOfKeyed("$.phases", phase.key)}.rateCards`, rateCard.key)}.featureKey`;
      return findMeterFaults(rateCard, catalog).map(({ code, message }) => warning({ field, code, message }));
    }),
  );

const findMeterFaults = (
  { price, featureKey }: RateCard,
  { features, meters, models }: Catalog,
): readonly Omit<FieldFault, "field">[] => {
  const model = price === null ? null : findPriceModel(models, price.type);
  const feature = featureKey === null ? undefined : features.get(featureKey);
  if (model === null || !isUsageBased(model) || feature === undefined || feature.meterKey === null) return [];
  const meter = meters.get(feature.meterKey);
  if (meter !== undefined) return checkFeatureMeter(feature, meter);
  const message = `a usage based price needs a meter, and there is no meter ${feature.meterKey} any more`;
  return [{ code: "usage_based_price_with_feature_and_no_meter", message }];
};
