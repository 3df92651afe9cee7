import type { Decimal } from "@meter/primitives";

import { certain, readDefinition } from "../definition.ts";
import { paymentTerms } from "../price-model.ts";
import type { PaymentTerm, PriceModel } from "../price-model.ts";

/** A fixed amount per service period, not negative, whatever the usage. */
export type FlatPrice = Readonly<{ type: "flat"; amount: Decimal; paymentTerm: PaymentTerm }>;

export type FlatPriceDefinition = Readonly<{ type: "flat"; amount: string; paymentTerm?: PaymentTerm | null }>;

/** A missing payment term is `in_advance`. */
export const flatModel: PriceModel<FlatPrice> = {
  type: "flat",
  needs: "nothing",
  parse: (definition) => {
    const reader = readDefinition(definition, ["type", "amount", "paymentTerm"]);
    const type = reader.choice("type", ["flat"]);
    const amount = reader.decimal("amount", "not_negative");
    const paymentTerm = reader.optionalChoice("paymentTerm", paymentTerms) ?? "in_advance";
    return reader.finish(() => ({ type: certain(type), amount: certain(amount), paymentTerm }));
  },
};
