// Held by the compiler: what is no price of the models does not compile, and what is one does.
import { builtInModels, createStep, type PricingModel, type PricingModels } from "@meter/pricing";
import { ok } from "@meter/primitives";
import { createMeter } from "./create-meter.ts";
import type { PriceInput } from "./price-input.ts";

const { rate } = createMeter();
const of = { quantity: "1", currency: "USD" } as const;

rate({ ...of, price: { type: "flat", amount: "1", paymentTerm: "in_arrears" } });
rate({ ...of, price: { type: "unit", amount: "1" } });
rate({ ...of, price: { type: "package", amount: "1", quantityPerPackage: "10" } });
rate({ ...of, price: { type: "dynamic" } });
rate({ ...of, price: { type: "volume", tiers: [{ upTo: "5", flatAmount: "1" }, { unitAmount: "0.1" }] } });
rate({
  ...of,
  rateCard: {
    price: { type: "unit", amount: "1" },
    discounts: { percentage: { percentage: "10" }, usage: { quantity: "100" } },
    unitConfig: { operation: "divide", conversionFactor: "1000", rounding: "ceiling" },
    commitments: { minimumAmount: "5" },
  },
});
const declared = { type: "graduated", tiers: [{ unitAmount: "1" }] } as const;
rate({ ...of, price: declared });

// @ts-expect-error a number loses digits
rate({ ...of, price: { type: "unit", amount: 1 } });
// @ts-expect-error the wire's spelling
rate({ ...of, price: { type: "tiered", mode: "graduated", tiers: [] } });
// @ts-expect-error a unit price has no such member
rate({ ...of, price: { type: "unit", amount: "1", minimumAmount: "5" } });
// @ts-expect-error the size is missing
rate({ ...of, price: { type: "package", amount: "1" } });
// @ts-expect-error a tier has no price of the wire
rate({ ...of, price: { type: "volume", tiers: [{ unitPrice: { type: "unit", amount: "1" } }] } });
// @ts-expect-error commitments stand beside the price, under this name
rate({ ...of, rateCard: { price: { type: "unit", amount: "1" }, commitment: { minimumAmount: "5" } } });
// @ts-expect-error no price at all
rate({ ...of });

const squared: PricingModel<Readonly<{ type: "squared" }>> = {
  type: "squared",
  needs: "total",
  parse: () => ok({ type: "squared" }),
  rate: (_, { total }) => [
    createStep({ reference: "squared", quantity: total, unitAmount: { coefficient: 1n, scale: 2 } }),
  ],
  explain: () => [{ rule: "stated", text: "a cent each" }],
};
const extended = createMeter({ models: { ...builtInModels, squared } });
extended.rate({ ...of, price: { type: "squared", factor: "2" } });
extended.rate({ ...of, price: { type: "unit", amount: "1" } });
// @ts-expect-error beside a model of one's own, ours stay what they are
extended.rate({ ...of, price: { type: "unit" } });
// @ts-expect-error there is no such model
extended.rate({ ...of, price: { type: "cubed" } });

const few = createMeter({ models: { flat: builtInModels.flat } });
// @ts-expect-error a model that was left out
few.rate({ ...of, price: { type: "unit", amount: "1" } });

/** Of models that are not known by name, every price is one. */
export const open: PriceInput<PricingModels> = { type: "whatever", member: 1 };
createMeter({ models: builtInModels as PricingModels }).rate({ ...of, price: open });
