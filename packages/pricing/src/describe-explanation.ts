import type { ExplainedSummand, Explanation, ExplanationStep, Given } from "./explanation.ts";
import type { StepReason } from "./model.ts";

/** An explanation for people: one sentence a step, in the order of the steps, with their exact figures. */
export const describeExplanation = ({ given, steps }: Explanation): readonly string[] =>
  given.price === null
    ? ["no price: free of charge"]
    : [
        given.usageBased ? `${given.metered} units were metered` : "a fixed price, whatever the usage",
        ...steps.flatMap((step) => describeStep(step, given)),
      ];

const describeStep = (step: ExplanationStep, given: Given): readonly string[] => {
  switch (step.type) {
    case "unit_conversion":
      return [
        `unit conversion: ${step.from} are ${step.exact}${step.to === step.exact ? "" : `, rounded to ${step.to}`}`,
      ];
    case "not_below_zero":
      return [`${step.from} is below zero: nothing is billable`];
    case "usage_discount":
      return [`${step.free} free: ${step.from} − ${step.free} = ${step.to}`];
    case "not_due":
      return ["due at the end of the service period: nothing yet"];
    case "model":
      return step.summands.map(describeSummand);
    case "proration":
      return [`for ${given.proration} of the period: ${step.from} becomes ${step.to}`];
    case "percentage_discount":
      return [`less ${given.percentageDiscount} %: ${step.from} becomes ${step.to}`];
    case "maximum_spend":
      return [
        step.from === step.to
          ? `not above the most, ${given.maximumAmount}`
          : `at most ${given.maximumAmount}: ${step.from} becomes ${step.to}`,
      ];
    case "minimum_spend":
      return [
        step.added === "0"
          ? `not below the least, ${given.minimumAmount}`
          : `at least ${given.minimumAmount}: ${step.from} + ${step.added} = ${step.to}`,
      ];
    case "earlier_parts":
      return [`earlier parts came to ${step.rated} (exactly ${step.exact})`];
    case "rounding":
      return [
        `${step.whole} is ${step.rounded} ${given.currency.code}, rounded half away from zero`,
        ...(step.amount === step.rounded ? [] : [`less the earlier parts: ${step.amount} ${given.currency.code}`]),
      ];
  }
};

const describeSummand = ({ reason, quantity, unitAmount, amount }: ExplainedSummand): string => {
  const why = describeReason(reason);
  return `${why}: ${quantity} × ${unitAmount} = ${amount}`;
};

const describeReason = (reason: StepReason): string => {
  switch (reason.rule) {
    case "fixed":
      return "once";
    case "each_unit":
      return "every unit";
    case "units_between":
      return `units ${describeBounds(reason)}`;
    case "once_above":
      return `once, above ${reason.above}`;
    case "all_units_when":
      return `every unit, for a total ${describeBounds(reason)}`;
    case "once_when":
      return `once, for a total ${describeBounds(reason)}`;
    case "begun_blocks":
      return `blocks of ${reason.size} begun above ${reason.above}`;
    case "stated":
      return reason.text;
  }
};

const describeBounds = ({ above, upTo }: Readonly<{ above: string | null; upTo: string | null }>): string => {
  const from = above === null ? "from 0" : `above ${above}`;
  return upTo === null ? from : `${from} up to ${upTo}`;
};
