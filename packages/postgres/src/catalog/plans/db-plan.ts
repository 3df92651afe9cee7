import type { Plan, PlanId, PlanPhase, PriceModels, SettlementMode } from "@meter/catalog";
import { assert, formatDuration, type IsoDuration, parseDuration } from "@meter/primitives";
import type { Selectable } from "kysely";
import { fromDbInstant, fromDbInstantOrNull, toDbInstant, toDbInstantOrNull, toDbJson } from "../../columns.ts";
import type { DbColumns, PlanPhasesTable, PlanRateCardsTable, PlansTable } from "../../database.ts";
import { fromDbRateCard, toDbRateCard } from "../rate-card.ts";

type ContentColumn =
  | "name"
  | "description"
  | "metadata"
  | "billing_cadence"
  | "pro_rating_enabled"
  | "pro_rating_mode"
  | "settlement_mode";
type DateColumn = "effective_from" | "effective_to" | "updated_at" | "deleted_at";

export const toDbPlan = (plan: Plan): DbColumns<"plans", keyof PlansTable> => ({
  namespace: plan.namespace,
  id: plan.id,
  key: plan.key,
  version: plan.version,
  currency: plan.currency,
  created_at: toDbInstant(plan.createdAt),
  ...toDbContent(plan),
  ...toDbDates(plan),
});

export const toDbContent = (plan: Plan): DbColumns<"plans", ContentColumn> => ({
  name: plan.name,
  description: plan.description,
  metadata: toDbJson(plan.metadata),
  billing_cadence: formatDuration(plan.billingCadence),
  pro_rating_enabled: plan.proRatingConfig.enabled,
  pro_rating_mode: plan.proRatingConfig.mode,
  settlement_mode: plan.settlementMode,
});

export const toDbDates = (plan: Plan): DbColumns<"plans", DateColumn> => ({
  effective_from: toDbInstantOrNull(plan.effectiveFrom),
  effective_to: toDbInstantOrNull(plan.effectiveTo),
  updated_at: toDbInstant(plan.updatedAt),
  deleted_at: toDbInstantOrNull(plan.deletedAt),
});

export const toDbPhases = ({
  namespace,
  id,
  phases,
}: Plan): readonly DbColumns<"plan_phases", keyof PlanPhasesTable>[] =>
  phases.map((phase, position) => ({
    namespace,
    plan_id: id,
    position,
    key: phase.key,
    name: phase.name,
    description: phase.description,
    metadata: toDbJson(phase.metadata),
    duration: phase.duration === null ? null : formatDuration(phase.duration),
  }));

export const toDbRateCards = ({
  namespace,
  id,
  phases,
}: Plan): readonly DbColumns<"plan_rate_cards", keyof PlanRateCardsTable>[] =>
  phases.flatMap((phase, phasePosition) =>
    phase.rateCards.map((rateCard, position) => ({
      namespace,
      plan_id: id,
      phase_position: phasePosition,
      position,
      key: rateCard.key,
      feature_key: rateCard.featureKey,
      ...toDbRateCard(rateCard),
    })),
  );

/** `phases` and `rateCards`: all of the plan's, each in ascending order of position. */
export const fromDbPlan = (
  row: Selectable<PlansTable>,
  parts: Readonly<{
    phases: readonly Selectable<PlanPhasesTable>[];
    rateCards: readonly Selectable<PlanRateCardsTable>[];
    models: PriceModels;
  }>,
): Plan => ({
  id: row.id as PlanId, // what toDbPlan wrote
  namespace: row.namespace,
  key: row.key,
  version: row.version,
  name: row.name,
  description: row.description,
  metadata: row.metadata as Plan["metadata"], // an object of texts, as it was written
  currency: row.currency,
  billingCadence: fromDbDuration(row.billing_cadence),
  proRatingConfig: { enabled: row.pro_rating_enabled, mode: row.pro_rating_mode as "prorate_prices" }, // by plans_pro_rating_mode_check
  settlementMode: row.settlement_mode as SettlementMode, // by plans_settlement_mode_check
  phases: parts.phases.map((phase) => fromDbPhase(phase, row, parts)),
  effectiveFrom: fromDbInstantOrNull(row.effective_from),
  effectiveTo: fromDbInstantOrNull(row.effective_to),
  createdAt: fromDbInstant(row.created_at),
  updatedAt: fromDbInstant(row.updated_at),
  deletedAt: fromDbInstantOrNull(row.deleted_at),
});

const fromDbPhase = (
  phase: Selectable<PlanPhasesTable>,
  plan: Selectable<PlansTable>,
  { rateCards, models }: Readonly<{ rateCards: readonly Selectable<PlanRateCardsTable>[]; models: PriceModels }>,
): PlanPhase => ({
  key: phase.key,
  name: phase.name,
  description: phase.description,
  metadata: phase.metadata as PlanPhase["metadata"], // an object of texts, as it was written
  duration: phase.duration === null ? null : fromDbDuration(phase.duration),
  rateCards: rateCards
    .filter(({ phase_position }) => phase_position === phase.position)
    .map((row) =>
      fromDbRateCard(row, {
        models,
        of: `rate card ${row.key} in phase ${phase.key} of plan ${plan.key} v${plan.version}`,
      }),
    ),
});

const fromDbDuration = (text: string): IsoDuration => {
  const parsed = parseDuration(text);
  assert(parsed.ok, `a stored duration that does not parse: ${text}`);
  return parsed.value;
};
