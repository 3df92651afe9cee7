import { err, ok } from "@meter/primitives";
import type { Result } from "@meter/primitives";

import type { ChangedSummand, Explanation, ExplanationStep, Given } from "../explanation.ts";
import type { StepReason } from "../model.ts";
import {
  fraction,
  isLess,
  isSame,
  least,
  minus,
  most,
  nothing,
  per,
  plus,
  show,
  single,
  times,
  toDigits,
  total,
  Unreadable,
} from "./fraction.ts";
import type { Fraction } from "./fraction.ts";
import { quantityOf, summandsOf } from "./summands.ts";

/** A figure of an explanation that is not what follows from what was given. `at`: the step and its member. */
export type ExplanationFault = Readonly<{ at: string; expected: string; found: string }>;

/**
 * Recomputes an explanation from what was given, step by step, with arithmetic of its own, and compares every figure. Of a
 * model that is not ours, quantities are recomputed from the reasons, as far as these are ours.
 */
export const verify = (explanation: Explanation): Result<null, readonly ExplanationFault[]> => {
  const faults: ExplanationFault[] = [];
  try {
    const audit = createAudit(explanation, faults);
    auditExplanation(explanation, audit);
    audit.end();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    faults.push({ at: "explanation", expected: "numbers", found: error.message });
  }
  return faults.length === 0 ? ok(null) : err(faults);
};

/** Walks the steps in order, and compares what is said with what is right. */
type Audit = Readonly<{
  /** The next step, when it is of that type; a step that must be there and is not is a fault. */
  next: <T extends ExplanationStep["type"]>(type: T) => Extract<ExplanationStep, { type: T }> | null;
  same: (at: string, found: string, expected: Fraction) => void;
  sameText: (at: string, found: string, expected: string) => void;
  /** No step may be left. */
  end: () => void;
}>;

const createAudit = ({ steps }: Explanation, faults: ExplanationFault[]): Audit => {
  let position = 0;
  const sameText = (at: string, found: string, expected: string): void => {
    if (found !== expected) faults.push({ at, expected, found });
  };
  return {
    next: (type) => {
      const step = steps[position];
      if (step?.type !== type) {
        faults.push({ at: `steps.${position}`, expected: type, found: step?.type ?? "nothing" });
        return null;
      }
      position++;
      return step as Extract<ExplanationStep, { type: typeof type }>; // its type was just compared
    },
    same: (at, found, expected) => {
      if (!isSame(fraction(found), expected)) faults.push({ at, expected: show(expected), found });
    },
    sameText,
    end: () => {
      if (position < steps.length) faults.push({ at: `steps.${position}`, expected: "nothing", found: "a step" });
    },
  };
};

/** A summand on its way: what it has come to so far. */
type Running = Readonly<{ key: string; reference: string; unitAmount: Fraction; amount: Fraction }>;

const auditExplanation = ({ given, steps, amount }: Explanation, audit: Audit): void => {
  const quantity = given.price === null ? nothing : auditQuantity(given, audit);
  const summands = given.price === null ? [] : auditWhole(given, quantity, audit);
  auditRounding({ given, steps, amount, summands }, audit);
};

const auditQuantity = (given: Given, audit: Audit): Fraction => {
  let quantity = fraction(given.metered);
  if (!given.usageBased) return most(quantity, nothing);
  if (given.unitConversion !== null) quantity = auditConversion(given.unitConversion, quantity, audit);
  if (isLess(quantity, nothing)) {
    const step = audit.next("not_below_zero");
    if (step !== null) {
      audit.same("not_below_zero.from", step.from, quantity);
      audit.same("not_below_zero.to", step.to, nothing);
    }
    quantity = nothing;
  }
  if (given.usageDiscount === null) return quantity;
  const free = least(most(fraction(given.usageDiscount), nothing), quantity);
  const rest = minus(quantity, free);
  const step = audit.next("usage_discount");
  if (step !== null) {
    audit.same("usage_discount.from", step.from, quantity);
    audit.same("usage_discount.free", step.free, free);
    audit.same("usage_discount.to", step.to, rest);
  }
  return rest;
};

const roundingWays = { ceiling: "up", floor: "down", half_up: "near" } as const;

const auditConversion = (
  { operation, conversionFactor, rounding, precision }: NonNullable<Given["unitConversion"]>,
  quantity: Fraction,
  audit: Audit,
): Fraction => {
  const factor = fraction(conversionFactor);
  const exact = operation === "multiply" ? times(quantity, factor) : per(quantity, factor);
  const converted = rounding === "none" ? exact : toDigits(exact, precision, roundingWays[rounding]);
  const step = audit.next("unit_conversion");
  if (step !== null) {
    audit.same("unit_conversion.from", step.from, quantity);
    audit.same("unit_conversion.exact", step.exact, exact);
    audit.same("unit_conversion.to", step.to, converted);
  }
  return converted;
};

const auditWhole = (given: Given, quantity: Fraction, audit: Audit): readonly Running[] => {
  const due = given.usageBased || given.final || given.price?.["paymentTerm"] === "in_advance";
  if (!due) {
    audit.next("not_due");
    return [];
  }
  const listed = auditModel(given, quantity, audit);
  const gross = given.proration === null ? listed : auditProration(given.proration, listed, audit);
  const discounted =
    given.percentageDiscount === null ? gross : auditPercentage(given.percentageDiscount, gross, audit);
  if (!given.usageBased) return discounted;
  const capped = given.maximumAmount === null ? discounted : auditMaximum(given.maximumAmount, discounted, audit);
  return given.minimumAmount === null || !given.final ? capped : auditMinimum(given.minimumAmount, capped, audit);
};

const auditModel = ({ price }: Given, quantity: Fraction, audit: Audit): readonly Running[] => {
  const step = audit.next("model");
  if (step === null) return [];
  const expected = price === null ? null : summandsOf(price, quantity);
  audit.same("model.quantity", step.quantity, quantity);
  if (expected !== null) audit.sameText("model.summands", String(step.summands.length), String(expected.length));
  const summands = step.summands.map((summand, index): Running => {
    const at = `model.summands.${index}`;
    const { key, reference, reason } = summand;
    const ours = expected?.[index];
    if (ours !== undefined) {
      audit.sameText(`${at}.reference`, reference, ours.reference);
      audit.sameText(`${at}.reason`, describe(reason), describe(ours.reason));
      audit.same(`${at}.quantity`, summand.quantity, ours.quantity);
      audit.same(`${at}.unitAmount`, summand.unitAmount, ours.unitAmount);
    }
    const reasoned = quantityOf(reason, quantity);
    if (reasoned === "unfounded") audit.sameText(`${at}.reason`, reason.rule, "a rule that holds");
    else if (reasoned !== "stated") audit.same(`${at}.quantity`, summand.quantity, reasoned);
    const unitAmount = fraction(summand.unitAmount);
    const amount = times(fraction(summand.quantity), unitAmount);
    audit.same(`${at}.amount`, summand.amount, amount);
    return { key, reference, unitAmount, amount };
  });
  audit.same("model.to", step.to, sumOf(summands));
  return summands;
};

/** A reason as one text, whatever the order of its members. */
const describe = (reason: StepReason): string =>
  Object.entries(reason)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

const auditProration = (proration: string, summands: readonly Running[], audit: Audit): readonly Running[] => {
  const share = fraction(proration);
  const after = summands.map((summand) => ({ ...summand, amount: times(summand.amount, share) }));
  compareChange("proration", { step: audit.next("proration"), before: summands, after }, audit);
  return after;
};

const auditPercentage = (percentage: string, summands: readonly Running[], audit: Audit): readonly Running[] => {
  const hundred = fraction("100");
  const share = per(minus(hundred, fraction(percentage)), hundred);
  const after = summands.map((summand) => ({ ...summand, amount: times(summand.amount, share) }));
  compareChange("percentage_discount", { step: audit.next("percentage_discount"), before: summands, after }, audit);
  return after;
};

const auditMaximum = (maximumAmount: string, summands: readonly Running[], audit: Audit): readonly Running[] => {
  const maximum = fraction(maximumAmount);
  let reached = nothing;
  const after = summands.map((summand) => {
    const before = least(reached, maximum);
    reached = plus(reached, summand.amount);
    return { ...summand, amount: minus(least(reached, maximum), before) };
  });
  compareChange("maximum_spend", { step: audit.next("maximum_spend"), before: summands, after }, audit);
  return after;
};

const compareChange = (
  at: string,
  {
    step,
    before,
    after,
  }: Readonly<{
    step: Readonly<{ from: string; to: string; summands: readonly ChangedSummand[] }> | null;
    before: readonly Running[];
    after: readonly Running[];
  }>,
  audit: Audit,
): void => {
  if (step === null) return;
  audit.same(`${at}.from`, step.from, sumOf(before));
  audit.same(`${at}.to`, step.to, sumOf(after));
  audit.sameText(`${at}.summands`, step.summands.map(({ key }) => key).join(), before.map(({ key }) => key).join());
  for (const [index, { from, to }] of step.summands.entries()) {
    audit.same(`${at}.summands.${index}.from`, from, before[index]?.amount ?? nothing);
    audit.same(`${at}.summands.${index}.to`, to, after[index]?.amount ?? nothing);
  }
};

const auditMinimum = (minimumAmount: string, summands: readonly Running[], audit: Audit): readonly Running[] => {
  const reached = sumOf(summands);
  const added = most(minus(fraction(minimumAmount), reached), nothing);
  const step = audit.next("minimum_spend");
  if (step !== null) {
    audit.same("minimum_spend.from", step.from, reached);
    audit.same("minimum_spend.added", step.added, added);
    audit.same("minimum_spend.to", step.to, plus(reached, added));
  }
  if (isSame(added, nothing)) return summands;
  return [...summands, { key: "min-spend", reference: "min-spend", unitAmount: single, amount: added }];
};

const auditRounding = (
  { given, amount, summands }: Explanation & Readonly<{ summands: readonly Running[] }>,
  audit: Audit,
): void => {
  const { earlier, currency } = given;
  const near = (value: Fraction): Fraction => toDigits(value, currency.minorUnits, "near");
  const earlierSteps = earlier.flatMap((part) => part.steps);
  const exactBefore = total(earlierSteps.map(({ net }) => fraction(net)));
  const ratedBefore = total(earlier.map((part) => fraction(part.amount)));
  if (earlier.length > 0) {
    const step = audit.next("earlier_parts");
    if (step !== null) {
      audit.same("earlier_parts.exact", step.exact, exactBefore);
      audit.same("earlier_parts.rated", step.rated, ratedBefore);
    }
  }
  const whole = sumOf(summands);
  const part = minus(near(whole), ratedBefore);
  audit.same("amount", amount, part);
  const step = audit.next("rounding");
  if (step === null) return;
  audit.same("rounding.whole", step.whole, whole);
  audit.same("rounding.rounded", step.rounded, near(whole));
  audit.same("rounding.amount", step.amount, part);
  const remainder = minus(near(exactBefore), ratedBefore);
  audit.same("rounding.remainder", step.remainder, remainder);

  let reached = exactBefore;
  for (const [index, detail] of step.details.entries()) {
    const at = `rounding.details.${index}`;
    const after = plus(reached, changeOf(detail.key, { summands, given }));
    const carried = index === step.details.length - 1 ? remainder : nothing;
    audit.same(`${at}.before`, detail.before, reached);
    audit.same(`${at}.after`, detail.after, after);
    audit.same(`${at}.total`, detail.total, plus(minus(near(after), near(reached)), carried));
    reached = after;
  }
  audit.same("rounding.details", show(reached), whole);
  audit.same("rounding.details.total", show(total(step.details.map((detail) => fraction(detail.total)))), part);
};

/** What a summand has come to, less what the earlier parts had of it. */
const changeOf = (
  key: string,
  { summands, given }: Readonly<{ summands: readonly Running[]; given: Given }>,
): Fraction => {
  const now = summands.filter((summand) => summand.key === key).map((summand) => summand.amount);
  const before = given.earlier
    .flatMap((part) => part.steps)
    .filter((step) => step.key === key)
    .map(({ net }) => fraction(net));
  return minus(total(now), total(before));
};

const sumOf = (summands: readonly Running[]): Fraction => total(summands.map(({ amount }) => amount));
