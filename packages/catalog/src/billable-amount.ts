import {
  add,
  type Decimal,
  hasIntegerDigits,
  multiply,
  quantityLimits,
  round,
  subtract,
  zero,
} from "@meter/primitives";

import { type CatalogFault, critical, warning } from "./catalog-fault.ts";
import { fault } from "./definition.ts";
import type { Tiers } from "./price-models/tier.ts";
import type { RateCard } from "./rate-card.ts";

/**
 * What can never be on an invoice, since an amount has at most 38 integer digits on paper, too: a fixed amount that has more
 * when it is rounded (critical), and a tier that no usage can reach without costing more (a warning, as usage below is billed).
 */
export const checkBillable = ({
  price,
  commitments,
}: Pick<RateCard, "price" | "commitments">): readonly CatalogFault[] => [
  ...amountsOf(price, commitments)
    .filter(({ amount }) => !isBillable(amount))
    .map(({ field }) =>
      critical(fault(field, "decimal_out_of_range", "rounded to whole units it must have at most 38 integer digits")),
    ),
  ...(hasTiers(price)
    ? costsOfEntering(price).flatMap((cost, index) =>
        isBillable(cost) ? [] : [warning(fault(`price.tiers.${index}`, "tier_out_of_range", outOfReach))],
      )
    : []),
];

type Amount = Readonly<{ field: string; amount: Decimal }>;

/** Fixed amounts: those that are charged as they are. */
const amountsOf = (price: RateCard["price"], commitments: RateCard["commitments"]): readonly Amount[] => [
  ...(hasAmount(price) ? [{ field: "price.amount", amount: price.amount }] : []),
  ...(hasTiers(price)
    ? price.tiers.flatMap(({ flatAmount }, index) =>
        flatAmount === null ? [] : [{ field: `price.tiers.${index}.flatAmount`, amount: flatAmount }],
      )
    : []),
  ...(["minimumAmount", "maximumAmount"] as const).flatMap((name) => {
    const amount = commitments[name];
    return amount === null ? [] : [{ field: `commitments.${name}`, amount }];
  }),
];

const hasAmount = (price: RateCard["price"]): price is { type: "flat"; amount: Decimal } => price?.type === "flat";

const hasTiers = (price: RateCard["price"]): price is { type: "graduated" | "volume"; tiers: Tiers } =>
  price?.type === "graduated" || price?.type === "volume";

const isBillable = (amount: Decimal): boolean =>
  hasIntegerDigits(round(amount, 0, "up"), quantityLimits.integerDigitsMax);

const outOfReach =
  "usage that reaches this tier costs more than 38 integer digits hold, so that it could never be billed";

/** What usage that just reaches a tier costs, of each: a bound from below. */
const costsOfEntering = ({
  type,
  tiers,
}: Readonly<{ type: "graduated" | "volume"; tiers: Tiers }>): readonly Decimal[] => {
  let below = zero;
  return tiers.map(({ flatAmount, unitAmount, upTo }, position) => {
    const start = tiers[position - 1]?.upTo ?? zero;
    const unit = unitAmount ?? zero;
    const flat = flatAmount ?? zero;
    if (type === "volume") return add(multiply(unit, start), flat);
    const entered = add(below, flat);
    below = upTo === null ? entered : add(entered, multiply(unit, subtract(upTo, start)));
    return entered;
  });
};
