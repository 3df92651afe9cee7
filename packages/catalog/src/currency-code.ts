import { findCurrency } from "@meter/primitives";

import type { FieldFault } from "./field-fault.ts";

/** Lengths of the code of a currency that is not of ISO 4217, inclusive. */
export const customCurrencyCodeLimits: Readonly<{ charactersMin: number; charactersMax: number }> = {
  charactersMin: 4,
  charactersMax: 24,
};

/**
 * What a currency code can be. Three characters always mean ISO 4217, so an unknown one of that length is a mistake;
 * `custom` has 4–24 characters, no blank at its ends and no `|`.
 */
export type CurrencyCodeKind = "fiat" | "custom" | "invalid";

export const currencyCodeKind = (code: string): CurrencyCodeKind => {
  if (findCurrency(code) !== null) return "fiat";
  const { charactersMin, charactersMax } = customCurrencyCodeLimits;
  const isCustom =
    code.length >= charactersMin && code.length <= charactersMax && code.trim() === code && !code.includes("|");
  return isCustom ? "custom" : "invalid";
};

/** Only currencies of ISO 4217 exist so far: a code of a custom one names nothing. */
export const findCurrencyFault = (code: string, field: string): FieldFault | null => {
  switch (currencyCodeKind(code)) {
    case "fiat":
      return null;
    case "custom":
      return { field, code: "currency_not_found", message: `there is no currency ${code}` };
    case "invalid":
      return { field, code: "currency_invalid", message: "currency must be a code of ISO 4217, such as USD" };
  }
};
