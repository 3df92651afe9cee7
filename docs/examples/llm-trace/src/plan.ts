import { meterOf } from "./usage.ts";

/** Prices are texts, in dollars: what is sent to Meter, and what `expected-invoices.ts` computes with. */
export type PriceTier = Readonly<{ upTo: string | null; unitPrice: string; flatPrice: string | null }>;

export const planKey = "llm_pro";
export const currency = "USD";

export const monthlyFee = { name: "Monthly fee", amount: "29.00" } as const;

/** Each token costs what its tier says; a tier's flat price is due once the first token falls into it. */
export const inputTokens: Readonly<{ name: string; tiers: readonly PriceTier[] }> = {
  name: "Input tokens",
  tiers: [
    { upTo: "100000", unitPrice: "0.000003", flatPrice: null },
    { upTo: "450000", unitPrice: "0.0000025", flatPrice: null },
    { upTo: "1500000", unitPrice: "0.0000021", flatPrice: "1.50" },
    { upTo: null, unitPrice: "0.0000017", flatPrice: null },
  ],
};

export const outputTokens = { name: "Output tokens", unitPrice: "0.00003" } as const;

export const features: readonly Readonly<{ key: string; name: string; meterSlug: string }>[] = [
  { key: "input_tokens", name: inputTokens.name, meterSlug: meterOf.inputTokens },
  { key: "output_tokens", name: outputTokens.name, meterSlug: meterOf.outputTokens },
  { key: "requests", name: "Requests", meterSlug: meterOf.requests },
];

/** The body of `POST /api/v1/plans`. */
export const plan: object = {
  key: planKey,
  name: "LLM Pro",
  currency,
  billingCadence: "P1M",
  phases: [
    {
      key: "default",
      name: "Default",
      duration: null,
      rateCards: [
        {
          type: "flat_fee",
          key: "monthly_fee",
          name: monthlyFee.name,
          billingCadence: "P1M",
          price: { type: "flat", amount: monthlyFee.amount, paymentTerm: "in_advance" },
        },
        {
          type: "usage_based",
          key: "input_tokens",
          featureKey: "input_tokens",
          name: inputTokens.name,
          billingCadence: "P1M",
          price: {
            type: "tiered",
            mode: "graduated",
            tiers: inputTokens.tiers.map(({ upTo, unitPrice, flatPrice }) => ({
              ...(upTo === null ? {} : { upToAmount: upTo }),
              unitPrice: { type: "unit", amount: unitPrice },
              flatPrice: flatPrice === null ? null : { type: "flat", amount: flatPrice },
            })),
          },
        },
        {
          type: "usage_based",
          key: "output_tokens",
          featureKey: "output_tokens",
          name: outputTokens.name,
          billingCadence: "P1M",
          price: { type: "unit", amount: outputTokens.unitPrice },
        },
        {
          type: "usage_based",
          key: "requests",
          featureKey: "requests",
          name: "Requests, by model",
          billingCadence: "P1M",
          price: null, // free of charge: metered, and on no invoice
        },
      ],
    },
  ],
};
