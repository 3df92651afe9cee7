import type { Result } from "@meter/primitives";

import { fault, isRecord, readDefinition } from "./definition.ts";
import type { FieldFault } from "./field-fault.ts";

export const taxBehaviors = ["inclusive", "exclusive"] as const;
/** Whether the amounts of a price have the tax in them. */
export type TaxBehavior = (typeof taxBehaviors)[number];

/** What is handed on to whoever calculates tax. Nothing here changes a rated amount. */
export type TaxConfig = Readonly<{
  behavior: TaxBehavior | null;
  taxCodeId: string | null;
  /** `txcd_` and eight digits. */
  stripe: Readonly<{ code: string }> | null;
  customInvoicing: Readonly<{ code: string }> | null;
}>;

const stripeCodePattern = /^txcd_\d{8}$/;

/** Fields: behavior, taxCodeId, stripe.code, customInvoicing.code. */
export const parseTaxConfig = (definition: unknown): Result<TaxConfig, readonly FieldFault[]> => {
  const reader = readDefinition(definition, ["behavior", "taxCodeId", "stripe", "customInvoicing"]);
  const behavior = reader.optionalChoice("behavior", taxBehaviors);
  const taxCodeId = reader.optionalText("taxCodeId");
  const codeOf = (name: string): Readonly<{ code: string }> | null => {
    const value = isRecord(definition) ? (definition[name] ?? null) : null;
    if (value === null) return null;
    const inner = readDefinition(value, ["code"]);
    const code = inner.text("code");
    const parsed = inner.finish(() => ({ code: code ?? "" }));
    if (parsed.ok) return parsed.value;
    reader.noteAll(name, parsed.error);
    return null;
  };
  const stripe = codeOf("stripe");
  const customInvoicing = codeOf("customInvoicing");
  if (stripe !== null && !stripeCodePattern.test(stripe.code)) {
    reader.note(fault("stripe.code", "tax_code_stripe_invalid", "a Stripe tax code is txcd_ and eight digits"));
  }
  return reader.finish(() => ({ behavior, taxCodeId, stripe, customInvoicing }));
};
