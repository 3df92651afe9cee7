import type { FeatureFilter, Price, RateCard } from "@meter/catalog";
import type { Customer } from "@meter/core";
import {
  type Invoice,
  type InvoiceId,
  type InvoiceLine,
  type InvoiceLineId,
  type LineRating,
  type LineTerms,
  type LineUsage,
  type Measure,
  measureOf,
  type OpenLine,
  type Totals,
} from "@meter/invoicing";
import type { RatedDetail, RatedPart } from "@meter/pricing";
import {
  type Decimal,
  type Instant,
  instant,
  type IsoDuration,
  normalize,
  type Period,
  zeroDuration,
} from "@meter/primitives";
import fc from "fast-check";
import { nextId, toRateCard } from "./fixtures.test-support.ts";

/** Any decimal at its smallest scale: up to 38 digits before and 30 behind the point, of either sign. */
const decimals = (min: bigint = -(10n ** 68n) + 1n): fc.Arbitrary<Decimal> =>
  fc
    .record({ coefficient: fc.bigInt({ min, max: 10n ** 68n - 1n }), scale: fc.constantFrom(0, 1, 2, 30) })
    .map(normalize)
    .map((value) => (value.coefficient.toString().length - value.scale > 38 ? { ...value, scale: 30 } : value))
    .map(normalize);

const positive = decimals(1n);
const notNegative = decimals(0n);

/** Postgres text holds every text but those with a NUL; the parsers above refuse half pairs. */
const texts = fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replaceAll("\0", "·"));
/** What stands in JSON may have one. */
const jsonTexts = fc.string({ unit: "binary", maxLength: 12 });
const nullable = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null });

const instants: fc.Arbitrary<Instant> = fc
  .integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2106, 1, 7) })
  .map(instant);
const periods: fc.Arbitrary<Period> = fc
  .tuple(instants, instants)
  .map(([a, b]) => (a <= b ? { start: a, end: b } : { start: b, end: a }));
const durations: fc.Arbitrary<IsoDuration> = fc
  .record({ months: fc.nat(30), days: fc.nat(40), seconds: fc.nat(100_000) })
  .map((parts) => ({ ...zeroDuration, ...parts }));

/** Fixed amounts that a rate card may have: a digit less than others. */
const amounts = notNegative.map(({ coefficient, scale }) => ({ coefficient: coefficient / 10n, scale })).map(normalize);

const tiers = fc.record({ upTo: positive, unit: amounts, flat: nullable(amounts) }).map(({ upTo, unit, flat }) => [
  { upTo, unitAmount: unit, flatAmount: flat },
  { upTo: null, unitAmount: null, flatAmount: unit },
]);

// the members of each model, as `Price` says; the type of the union is open
const prices = fc.oneof(
  fc.record({
    type: fc.constant("flat"),
    amount: amounts,
    paymentTerm: fc.constantFrom("in_advance", "in_arrears"),
  }),
  fc.record({ type: fc.constant("unit"), amount: notNegative }),
  fc.record({ type: fc.constantFrom("graduated", "volume"), tiers }),
  fc.record({ type: fc.constant("package"), amount: notNegative, quantityPerPackage: positive }),
  fc.record({ type: fc.constant("dynamic"), multiplier: notNegative }),
) as fc.Arbitrary<Price>;

const rateCards: fc.Arbitrary<RateCard> = fc
  .record({ price: prices, cadence: nullable(durations) })
  .map(({ price, cadence }) => toRateCard(price, { billingCadence: cadence, featureKey: "tokens" }));

const totals: fc.Arbitrary<Totals> = fc.record({
  creditsTotal: decimals(),
  amount: decimals(),
  chargesTotal: decimals(),
  discountsTotal: decimals(),
  total: decimals(),
});

const details = fc.uniqueArray(
  fc.record<RatedDetail>({
    reference: texts,
    label: nullable(texts),
    category: fc.constantFrom("regular", "commitment"),
    paymentTerm: fc.constantFrom("in_advance", "in_arrears"),
    quantity: decimals(),
    perUnitAmount: notNegative,
    amount: decimals(),
    discounts: fc.array(
      fc.record({ reason: fc.constantFrom("ratecard_percentage", "maximum_spend"), amount: decimals() }),
      { maxLength: 3 },
    ),
    total: decimals(),
  }),
  { selector: ({ reference }) => reference, maxLength: 4 },
);

const counted = fc.record({ before: decimals(), part: decimals() });
const exact = fc.constantFrom("0", "-0.25", "1/3", "123456789012345678901234567890/7");

const parts: fc.Arbitrary<RatedPart> = fc.record({
  amount: exact,
  quantities: fc.record({ metered: exact, converted: exact, free: exact, billable: exact }),
  steps: fc.array(
    fc.record({
      key: jsonTexts,
      reference: jsonTexts,
      label: nullable(jsonTexts),
      category: fc.constantFrom("regular", "commitment"),
      shown: fc.constantFrom("quantity", "amount"),
      quantity: exact,
      unitAmount: exact,
      gross: exact,
      discounted: exact,
      net: exact,
    }),
    { maxLength: 2 },
  ),
});

const ratings: fc.Arbitrary<LineRating> = fc.record({
  totals,
  exact,
  details,
  quantities: fc.record({ metered: counted, converted: counted, free: counted, billable: counted }),
  part: parts,
  explanation: fc.record({
    given: fc.record({
      currency: fc.constant({ code: "USD", minorUnits: 2 }),
      price: fc.constant({ type: "unit", amount: "1" }),
      usageBased: fc.boolean(),
      unitConversion: fc.constant(null),
      usageDiscount: nullable(exact),
      percentageDiscount: nullable(exact),
      minimumAmount: nullable(exact),
      maximumAmount: nullable(exact),
      proration: nullable(exact),
      metered: exact,
      final: fc.boolean(),
      earlier: fc.array(parts, { maxLength: 1 }),
    }),
    steps: fc.constant([{ type: "not_due" } as const]),
    amount: exact,
  }),
});

const filters: fc.Arbitrary<FeatureFilter> = fc.oneof(
  fc.record({ op: fc.constantFrom("eq" as const, "like" as const, "gt" as const), value: texts }),
  fc.record({ op: fc.constantFrom("in" as const, "nin" as const), values: fc.array(texts, { maxLength: 3 }) }),
);

const usages = fc.record({
  quantity: decimals(),
  source: fc.record({
    meterId: texts,
    subjects: fc.array(texts, { maxLength: 3 }),
    filters: fc
      .dictionary(fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/), filters, { maxKeys: 2 })
      .map((some) => ({ ...some })), // a plain object, as JSON makes them
    positions: fc.array(fc.record({ log: texts, partition: fc.nat(99), offset: fc.nat(Number.MAX_SAFE_INTEGER) }), {
      maxLength: 3,
    }),
  }),
});

const terms: fc.Arbitrary<Omit<LineTerms, "measure">> = fc
  .record({
    name: texts,
    description: nullable(texts),
    rateCard: rateCards,
    servicePeriod: periods,
    isFinal: fc.boolean(),
    fullServicePeriod: periods,
    billingPeriod: periods,
    invoiceAt: instants,
    proration: fc.record({
      numerator: fc.bigInt({ min: 1n, max: 10n ** 12n }),
      denominator: fc.bigInt({ min: 1n, max: 10n ** 12n }),
    }),
  })
  .map((line) => ({
    ...line,
    id: nextId<InvoiceLineId>(),
    chargeKey: nextId<string>(),
    wholeKey: nextId<string>(),
    wholePeriod: line.servicePeriod,
    subscription: { id: nextId<string>(), phaseId: nextId<string>(), itemId: nextId<string>() },
  }));

const measures = fc.tuple(nullable(usages), nullable(usages)).map(([usage, unread]) => ({
  usage,
  measure: toMeasure(usage ?? unread),
}));

const toMeasure = (usage: LineUsage | null): Measure | null => usage && measureOf(usage);

const lines: fc.Arbitrary<InvoiceLine> = fc
  .tuple(terms, measures, ratings)
  .map(([line, measured, rating]) => ({ ...line, ...measured, rating }));

const openLines: fc.Arbitrary<OpenLine> = fc
  .tuple(terms, measures, texts)
  .map(([line, measured, message]) => ({ ...line, ...measured, issue: { code: "amount_out_of_range", message } }));

let sequences = 0;

/** The same invoice once more, under ids, charge keys and a number that nothing has. */
export const withNewIds = (invoice: Invoice): Invoice =>
  ({
    ...invoice,
    id: nextId<InvoiceId>(),
    ...(invoice.status === "draft" ? {} : { number: { ...invoice.number, sequence: ++sequences } }),
    lines: invoice.lines.map(renewLine),
    ...(invoice.status === "draft" ? { openLines: invoice.openLines.map(renewLine) } : {}),
  }) as Invoice; // what it was before, by its status

const renewLine = <Line extends LineTerms>(line: Line): Line => ({
  ...line,
  id: nextId<InvoiceLineId>(),
  chargeKey: nextId<string>(),
});

/** Any invoice of a customer whose decimals are at their smallest scale, consistent or not. */
export const invoices = (customer: Customer): fc.Arbitrary<Invoice> => {
  const common = fc
    .record({
      customer: fc.record({
        key: nullable(jsonTexts),
        name: texts,
        subjectKeys: fc.array(jsonTexts, { maxLength: 2 }),
      }),
      currency: fc.constantFrom("USD", "JPY", "KWD"),
      profile: fc.record({
        collectionInterval: durations,
        draftPeriod: durations,
        dueAfter: durations,
        subscriptionEndProrationMode: fc.constantFrom("bill_actual_period" as const, "bill_full_period" as const),
        zeroInvoices: fc.constantFrom("issue" as const, "skip" as const),
      }),
      lines: fc.array(lines, { minLength: 1, maxLength: 3 }),
      totals,
      period: periods,
      invoiceAt: instants,
      collectionAt: nullable(instants),
      quantitySnapshotAt: nullable(instants),
      createdAt: instants,
      updatedAt: instants,
    })
    .map((invoice) => ({
      ...invoice,
      id: nextId<InvoiceId>(),
      namespace: customer.namespace,
      customer: { ...invoice.customer, id: customer.id },
    }));
  const draft = fc.record({
    draftUntil: instants,
    waitingFor: nullable(texts),
    number: texts,
    openLines: fc.array(openLines, { maxLength: 2 }),
  });
  const issue = fc
    .record({ issuedAt: instants, dueAt: instants, text: texts })
    .map(({ text, ...rest }) => ({ ...rest, number: { series: "any", sequence: 1, text } }));
  const voiding = fc.record({ voidedAt: instants, voidReason: texts });
  return fc.oneof(
    fc.tuple(common, draft).map(([a, b]): Invoice => ({ ...a, ...b, status: "draft" })),
    fc.tuple(common, issue).map(([a, b]): Invoice => ({ ...a, ...b, status: "issued" })),
    fc.tuple(common, issue, voiding).map(([a, b, c]): Invoice => ({ ...a, ...b, ...c, status: "voided" })),
  );
};
