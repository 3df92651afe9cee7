import type { RateError } from "./whole.ts";

/** Why a line cannot be rated, in one sentence for people. */
export const describeRateError = (error: RateError): string => {
  switch (error.type) {
    case "unknown_price_type":
      return `there is no price model ${error.priceType}`;
    case "unit_conversion_refused":
      return `a price of type ${error.priceType} takes no unit conversion`;
    case "usage_not_given":
      return `a price of type ${error.priceType} needs the ${error.needs} of the usage, not only their total`;
    case "price_model_failed":
      return `the price model ${error.priceType} failed: ${error.reason}`;
    case "amount_out_of_range":
      return `a quantity or an amount would have more than ${error.integerDigitsMax} integer digits`;
  }
};
