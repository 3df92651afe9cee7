import type { FieldFault } from "@meter/catalog";
import type { CustomerFields } from "../shared/customer.ts";
import { checkMetadata, checkSubjectKey, checkText } from "../shared/check-text.ts";
import { fault } from "../shared/invalid-input.ts";

export const subjectKeysMax = 1_000;

/** Rules of a customer: all broken ones. It needs a key or a subject key, else no event could ever be its. */
export const checkCustomer = (fields: CustomerFields): readonly FieldFault[] => [
  ...checkText("name", fields.name, { min: 1, max: 256 }),
  ...checkText("key", fields.key, { min: 1, max: 256 }),
  ...checkText("description", fields.description, { min: 0, max: 1_024 }),
  ...checkText("primaryEmail", fields.primaryEmail, { min: 0, max: 320 }),
  ...checkMetadata(fields.metadata),
  ...checkSubjectKeys(fields),
  ...(fields.currency === null || isFiat(fields.currency)
    ? []
    : [fault("currency", "unknown_currency", `unknown currency: ${fields.currency}`)]),
  ...checkAddress(fields.billingAddress),
];

const checkSubjectKeys = ({ key, subjectKeys }: CustomerFields): readonly FieldFault[] => {
  const field = "usageAttribution.subjectKeys";
  if (key === null && subjectKeys.length === 0)
    return [fault(field, "required", "a customer needs a key or at least one subject key")];
  if (subjectKeys.length > subjectKeysMax) return [fault(field, "too_many", `at most ${subjectKeysMax} subject keys`)];
  if (new Set(subjectKeys).size !== subjectKeys.length)
    return [fault(field, "duplicate", "a subject key is given twice")];
  return subjectKeys.flatMap((subjectKey) => checkSubjectKey(field, subjectKey));
};

const checkAddress = (address: CustomerFields["billingAddress"]): readonly FieldFault[] => {
  if (address === null) return [];
  const country =
    address.country === null || /^[A-Z]{2}$/.test(address.country)
      ? []
      : [fault("billingAddress.country", "invalid_country", "country must be an ISO 3166-1 alpha-2 code")];
  const { country: _, ...lines } = address;
  return [
    ...country,
    ...Object.entries(lines).flatMap(([name, text]) =>
      checkText(`billingAddress.${name}`, text, { min: 0, max: 1_024 }),
    ),
  ];
};

/** Currencies of several states begin with X, and so do metals, test codes and funds: only these of them are money one pays with. */
const sharedCurrencies: readonly string[] = ["XAF", "XCD", "XCG", "XOF", "XPF"];
const currencies: ReadonlySet<string> = new Set(
  Intl.supportedValuesOf("currency").filter((code) => !code.startsWith("X") || sharedCurrencies.includes(code)),
);
const isFiat = (code: string): boolean => currencies.has(code);
