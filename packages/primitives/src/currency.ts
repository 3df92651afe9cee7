/** A currency and the number of digits its smallest unit has after the point: USD 2, JPY 0, KWD 3. */
export type Currency = Readonly<{ code: string; minorUnits: number }>;

/**
 * The currency of an ISO 4217 code in use on 1 January 2026, upper case only. Codes to which ISO 4217 gives no minor
 * unit (gold, special drawing rights, the test code, …) and withdrawn codes are unknown: null.
 */
export const findCurrency = (code: string): Currency | null => currenciesByCode.get(code) ?? null;

/** Every currency `findCurrency` knows, by code. */
export const currencies = (): readonly Currency[] => [...currenciesByCode.values()];

const codesByMinorUnits: readonly Readonly<{ minorUnits: number; codes: string }>[] = [
  {
    minorUnits: 0,
    codes: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
  },
  {
    minorUnits: 2,
    codes: `
      AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY
      COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
      INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR
      MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
      STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
  },
  { minorUnits: 3, codes: "BHD IQD JOD KWD LYD OMR TND" },
  { minorUnits: 4, codes: "CLF UYW" },
];

const currenciesByCode: ReadonlyMap<string, Currency> = new Map(
  codesByMinorUnits
    .flatMap(({ minorUnits, codes }) =>
      codes
        .trim()
        .split(/\s+/)
        .map((code): Currency => ({ code, minorUnits })),
    )
    .toSorted((a, b) => (a.code < b.code ? -1 : 1))
    .map((currency) => [currency.code, currency]),
);
