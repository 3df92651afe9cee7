/** A rate card, and what it comes to: worked out by hand, not by the engine. */
export type PriceCase = Readonly<{
  /** Of the rate card and, unless the price is fixed, of its feature. */
  key: string;
  /** Of the meter; the price is fixed when there is none. */
  meter?: string;
  price: object;
  discounts?: object;
  unitConfig?: object;
  /** The parts up to the first cut, to the second and to the end; null: there is no such part. */
  parts: readonly [string | null, string | null, string];
  /** The whole when it is billed at once. */
  whole: string;
}>;

/** When an event of a case happened, and how many units it says. Each is sent at a moment of its own: see the test. */
export const usageOfCases = {
  early: { time: "2027-01-05T00:00:00Z", units: "4" },
  /** Sent after the first part was drafted, before it is issued. */
  justBeforeFirstCut: { time: "2027-01-10T23:59:59.999Z", units: "3.5" },
  atFirstCut: { time: "2027-01-11T00:00:00Z", units: "0.25" },
  /** Of the first part, sent after that was issued. */
  lateForFirst: { time: "2027-01-06T00:00:00Z", units: "0.25" },
  middle: { time: "2027-01-15T00:00:00Z", units: "10" },
  /** Of the second part, sent after that was issued. */
  lateForSecond: { time: "2027-01-12T00:00:00Z", units: "1" },
  /** All that was there by then. */
  takenBack: { time: "2027-01-20T00:00:00Z", units: "-7.75" },
  last: { time: "2027-01-31T23:59:59.999Z", units: "3.333" },
} as const;

// What the meters say at the cuts and at the end:
//   sum     7.5 = 4 + 3.5, then 18 = 7.5 + 0.25 + 0.25 + 10, then 22.333 = 18 + 1 + 3.333
//   count   2, 5, 7
//   unique  2 (4, 3.5), 4 (0.25, 10), 6 (1, 3.333)
//   latest  3.333 at the end, which is not a sum of parts
// A feature has no meter of another aggregation.
// A part is the rounded price of the quantity so far, less the earlier parts.

const sum = { meter: "sum" };
const unit = (amount: string, commitments: object = {}): object => ({ type: "unit", amount, ...commitments });
const tier = (upToAmount: string | null, unitAmount: string, flatAmount: string | null = null): object => ({
  ...(upToAmount === null ? {} : { upToAmount }),
  unitPrice: { type: "unit", amount: unitAmount },
  flatPrice: flatAmount === null ? null : { type: "flat", amount: flatAmount },
});
const graduated = (commitments: object = {}): object => ({
  type: "tiered",
  mode: "graduated",
  tiers: [tier("10", "0.5", "1"), tier("20", "0.333"), tier(null, "0.1", "2")],
  ...commitments,
});
const volume = (commitments: object = {}): object => ({
  type: "tiered",
  mode: "volume",
  tiers: [tier("20", "0.5"), tier(null, "0.4", "1")],
  ...commitments,
});
const percent = (percentage: number): object => ({ percentage: { percentage } });
const free = (quantity: string): object => ({ usage: { quantity } });
const perFour = { operation: "divide", conversionFactor: "4" };

export const priceCases: readonly PriceCase[] = [
  {
    key: "flat_in_advance",
    price: { type: "flat", amount: "20", paymentTerm: "in_advance" },
    parts: [null, null, "20.00"],
    whole: "20.00",
  },
  {
    key: "flat_in_arrears",
    price: { type: "flat", amount: "9.99", paymentTerm: "in_arrears" },
    parts: [null, null, "9.99"],
    whole: "9.99",
  },
  {
    // 7.5 × 0.03 = 0.225, 18 × 0.03 = 0.54, 22.333 × 0.03 = 0.66999. Rounded each by itself it were 0.23 + 0.32 + 0.13.
    key: "unit",
    ...sum,
    price: unit("0.03"),
    parts: ["0.23", "0.31", "0.13"],
    whole: "0.67",
  },
  {
    // 1 + 3.75 = 4.75; 1 + 5 + 8 × 0.333 = 8.664; 1 + 5 + 3.33 + 2 + 2.333 × 0.1 = 11.5633
    key: "graduated",
    ...sum,
    price: graduated(),
    parts: ["4.75", "3.91", "2.90"],
    whole: "11.56",
  },
  {
    // 22.333 × 0.4 + 1 = 9.9332
    key: "volume",
    ...sum,
    price: volume(),
    parts: [null, null, "9.93"],
    whole: "9.93",
  },
  {
    // Begun fives: 2, 4, 5. By itself the second part would begin three.
    key: "package",
    ...sum,
    price: { type: "package", amount: "1.25", quantityPerPackage: "5" },
    parts: ["2.50", "2.50", "1.25"],
    whole: "6.25",
  },
  {
    // 8.25, 19.8, 24.5663
    key: "dynamic",
    ...sum,
    price: { type: "dynamic", multiplier: "1.1" },
    parts: ["8.25", "11.55", "4.77"],
    whole: "24.57",
  },
  {
    // 1.875, 4.5, 5.58325
    key: "converted_exactly",
    ...sum,
    price: unit("1"),
    unitConfig: perFour,
    parts: ["1.88", "2.62", "1.08"],
    whole: "5.58",
  },
  {
    // 1.875 → 2, 4.5 → 5, 5.58325 → 6. The parts by themselves: 2 + 3 + 2.
    key: "converted_up",
    ...sum,
    price: unit("1.1"),
    unitConfig: { ...perFour, rounding: "ceiling" },
    parts: ["2.20", "3.30", "1.10"],
    whole: "6.60",
  },
  {
    // 1.875 → 1.8, 4.5, 5.58325 → 5.5
    key: "converted_down",
    ...sum,
    price: unit("1.1"),
    unitConfig: { ...perFour, rounding: "floor", precision: 1 },
    parts: ["1.98", "2.97", "1.10"],
    whole: "6.05",
  },
  {
    // 1.875 → 1.9, 4.5, 5.58325 → 5.6
    key: "converted_half_up",
    ...sum,
    price: unit("1.1"),
    unitConfig: { ...perFour, rounding: "half_up", precision: 1 },
    parts: ["2.09", "2.86", "1.21"],
    whole: "6.16",
  },
  {
    // 24.75 → 25, 59.4 → 60, 73.6989 → 74
    key: "multiplied_up",
    ...sum,
    price: unit("0.01"),
    unitConfig: { operation: "multiply", conversionFactor: "3.3", rounding: "ceiling" },
    parts: ["0.25", "0.35", "0.14"],
    whole: "0.74",
  },
  {
    // 0, 10 × 0.77 = 7.7, 14.333 × 0.77 = 11.03641
    key: "free_units",
    ...sum,
    price: unit("0.77"),
    discounts: free("8"),
    parts: ["0.00", "7.70", "3.34"],
    whole: "11.04",
  },
  {
    // 2 − 2, 5 − 2, 6 − 2: what is free is free after the conversion
    key: "free_converted_units",
    ...sum,
    price: unit("1.1"),
    unitConfig: { ...perFour, rounding: "ceiling" },
    discounts: free("2"),
    parts: ["0.00", "3.30", "1.10"],
    whole: "4.40",
  },
  {
    // 5.775 × 0.85 = 4.90875, 13.86 × 0.85 = 11.781, 17.19641 × 0.85 = 14.6169485
    key: "percentage",
    ...sum,
    price: unit("0.77"),
    discounts: percent(15),
    parts: ["4.91", "6.87", "2.84"],
    whole: "14.62",
  },
  {
    // 3.75, 9, 11.1665: the minimum is charged at the end alone
    key: "minimum",
    ...sum,
    price: unit("0.5", { minimumAmount: "20" }),
    parts: ["3.75", "5.25", "11.00"],
    whole: "20.00",
  },
  {
    // 11.1665 is above it
    key: "minimum_reached",
    ...sum,
    price: unit("0.5", { minimumAmount: "5" }),
    parts: ["3.75", "5.25", "2.17"],
    whole: "11.17",
  },
  {
    // 3.75, 9 → 8, 11.1665 → 8
    key: "maximum",
    ...sum,
    price: unit("0.5", { maximumAmount: "8" }),
    parts: ["3.75", "4.25", "0.00"],
    whole: "8.00",
  },
  {
    // 3.375, 8.1 → 8, 10.04985 → 8: the discount is taken first
    key: "percentage_and_maximum",
    ...sum,
    price: unit("0.5", { maximumAmount: "8" }),
    discounts: percent(10),
    parts: ["3.38", "4.62", "0.00"],
    whole: "8.00",
  },
  {
    // 3.375, 8.1, 10.04985 → 10.5: 11.1665 before the discount would have been enough
    key: "percentage_and_minimum",
    ...sum,
    price: unit("0.5", { minimumAmount: "10.5" }),
    discounts: percent(10),
    parts: ["3.38", "4.72", "2.40"],
    whole: "10.50",
  },
  {
    // Of 4.5, 15 and 19.333: 3.25, 7.665 and 9.107889, halved 1.625, 3.8325 and 4.5539445
    key: "all_together",
    ...sum,
    price: graduated({ minimumAmount: "1", maximumAmount: "5" }),
    discounts: { ...free("3"), ...percent(50) },
    parts: ["1.63", "2.20", "0.72"],
    whole: "4.55",
  },
  {
    // 2.5, 5 and 6.25 less a tenth: 2.25, 4.5, 5.625
    key: "package_and_percentage",
    ...sum,
    price: { type: "package", amount: "1.25", quantityPerPackage: "5" },
    discounts: percent(10),
    parts: ["2.25", "2.25", "1.13"],
    whole: "5.63",
  },
  {
    // 8.25, 19.8, 24.5663 → 20
    key: "dynamic_and_maximum",
    ...sum,
    price: { type: "dynamic", multiplier: "1.1", maximumAmount: "20" },
    parts: ["8.25", "11.55", "0.20"],
    whole: "20.00",
  },
  {
    // 9.9332 less a tenth = 8.93988
    key: "volume_and_percentage",
    ...sum,
    price: volume(),
    discounts: percent(10),
    parts: [null, null, "8.94"],
    whole: "8.94",
  },
  {
    // 9.9332 → 12
    key: "volume_and_minimum",
    ...sum,
    price: volume({ minimumAmount: "12" }),
    parts: [null, null, "12.00"],
    whole: "12.00",
  },
  { key: "counted", meter: "count", price: unit("0.4"), parts: ["0.80", "1.20", "0.80"], whole: "2.80" },
  { key: "different", meter: "unique", price: unit("0.3"), parts: ["0.60", "0.60", "0.60"], whole: "1.80" },
  // 3.333 × 3 = 9.999
  { key: "newest", meter: "latest", price: unit("3"), parts: [null, null, "10.00"], whole: "10.00" },
];
