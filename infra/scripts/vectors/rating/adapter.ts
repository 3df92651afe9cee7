import type { JsonObject } from "../json.ts";
import type { PureAdapter } from "../vector.ts";
import { chargeModels, judgeChargeModel } from "./charge-models.ts";
import { outcomeOf, type Judge } from "./judge.ts";
import { judgeDeltaSequence, judgeIntegration, judgeRating, judgeSplitSequence, judgeSubtract } from "./lines.ts";
import {
  judgeDiscountValidation,
  judgeGraduatedTotal,
  judgeMaximumSpend,
  judgePackageCount,
  judgeUnitConfig,
  judgeUnitConfigConversion,
  judgeUsageDiscount,
  judgeVolumeTierLookup,
} from "./quantities.ts";

/** The adapter of a vector about rating; null for another kind. What a vector is says its content, not its file. */
export const ratingAdapterOf = (_file: string, content: JsonObject): PureAdapter | null => {
  const { kind, group, model } = content;
  if (typeof kind === "string") {
    const judge = judgesByKind.get(kind);
    return judge === undefined ? null : { kind, run: (given) => outcomeOf(judge, given) };
  }
  const chargeModel = group === "charge_model" ? chargeModels.find((one) => one === model) : undefined;
  if (chargeModel === undefined) return null;
  return { kind: chargeModel, run: (given) => outcomeOf(judgeChargeModel(chargeModel), given) };
};

const judgesByKind: ReadonlyMap<string, Judge> = new Map([
  ["rating", judgeRating],
  ["rating_split_sequence", judgeSplitSequence],
  ["rating_delta_sequence", judgeDeltaSequence],
  ["rating_subtract", judgeSubtract],
  ["rating_integration", judgeIntegration],
  ["unit_config", judgeUnitConfig],
  ["unit_config_conversion", judgeUnitConfigConversion],
  ["graduated_total", judgeGraduatedTotal],
  ["package_count", judgePackageCount],
  ["volume_tier_lookup", judgeVolumeTierLookup],
  ["usage_discount", judgeUsageDiscount],
  ["discount_validation", judgeDiscountValidation],
  ["max_spend_overage", judgeMaximumSpend],
]);
