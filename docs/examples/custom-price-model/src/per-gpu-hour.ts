import {
  addRatios,
  certain,
  compare,
  createStep,
  type Decimal,
  divideRatios,
  formatDecimal,
  formatRatio,
  isZero,
  isZeroRatio,
  maxRatio,
  minRatio,
  type ModelStep,
  multiply,
  multiplyRatios,
  oneRatio,
  type Price,
  type PricingModel,
  type Ratio,
  ratioFromDecimal,
  readDefinition,
  roundRatio,
  type StepReason,
  subtract,
  subtractRatios,
  zero,
  zeroRatio,
} from "@meter/core";

/** The first `freeHours` of a period are free; then `amountPerBlock` for every begun block of `hoursPerBlock`, at most `amountMax`. */
export type PerGpuHourPrice = Price &
  Readonly<{
    type: "perGpuHour";
    freeHours: Decimal;
    hoursPerBlock: Decimal;
    amountPerBlock: Decimal;
    amountMax: Decimal;
  }>;

/**
 * The whole model: how a definition is read, what it needs to know of usage, what usage costs, and why. Exact: the only thing
 * that is rounded is the number of blocks, upwards. More usage never costs less, and from `amountMax` on the same.
 */
export const perGpuHour: PricingModel<PerGpuHourPrice> = {
  type: "perGpuHour",
  needs: "total",

  parse: (definition) => {
    const reader = readDefinition(definition, ["type", "freeHours", "hoursPerBlock", "amountPerBlock", "amountMax"]);
    const type = reader.choice("type", ["perGpuHour"]);
    const freeHours = reader.optionalDecimal("freeHours", "not_negative") ?? zero;
    const hoursPerBlock = reader.decimal("hoursPerBlock", "positive");
    const amountPerBlock = reader.decimal("amountPerBlock", "positive");
    const amountMax = reader.decimal("amountMax", "not_negative");
    return reader.finish(() => ({
      type: certain(type),
      freeHours,
      hoursPerBlock: certain(hoursPerBlock),
      amountPerBlock: certain(amountPerBlock),
      amountMax: certain(amountMax),
    }));
  },

  rate: (price, { total }) => listSteps(price, total).map(({ step }) => step),

  explain: (price, { total }) => listSteps(price, total).map(({ reason }) => reason),
};

type Step = Readonly<{ step: ModelStep; reason: StepReason }>;

/** The free hours, the blocks that fit below the most, and what is left to it when more were begun. */
const listSteps = (price: PerGpuHourPrice, total: Ratio): readonly Step[] => {
  const { freeHours, hoursPerBlock, amountPerBlock, amountMax } = price;
  const free = ratioFromDecimal(freeHours);
  const size = ratioFromDecimal(hoursPerBlock);
  const above = formatDecimal(freeHours);

  const begun = countWhole(maxRatio(subtractRatios(total, free), zeroRatio), size, "ceiling");
  const fitting = countWhole(ratioFromDecimal(amountMax), ratioFromDecimal(amountPerBlock), "floor");
  const isCapped = compare(begun, fitting) > 0;
  const rest = subtract(amountMax, multiply(fitting, amountPerBlock));

  const steps: Step[] = [];
  const add = (reason: StepReason, step: Parameters<typeof createStep>[0]): void => {
    if (!isZeroRatio(step.quantity)) steps.push({ reason, step: createStep(step) });
  };
  add(
    { rule: "units_between", above: "0", upTo: above },
    { reference: "gpu-hours-free", label: "free hours", quantity: minRatio(total, free), unitAmount: zero },
  );
  add(
    isCapped
      ? { rule: "stated", text: `the blocks that come to no more than ${formatDecimal(amountMax)}` }
      : { rule: "begun_blocks", above, size: formatDecimal(hoursPerBlock) },
    {
      reference: "gpu-hours",
      label: `blocks of ${formatDecimal(hoursPerBlock)} hours`,
      quantity: ratioFromDecimal(isCapped ? fitting : begun),
      unitAmount: amountPerBlock,
    },
  );
  if (isCapped && !isZero(rest)) {
    const lastFits = addRatios(free, multiplyRatios(ratioFromDecimal(fitting), size));
    add(
      { rule: "once_above", above: formatRatio(lastFits) },
      { reference: "gpu-hours-rest", label: "up to the most", quantity: oneRatio, unitAmount: rest },
    );
  }
  return steps;
};

const countWhole = (quantity: Ratio, size: Ratio, mode: "ceiling" | "floor"): Decimal =>
  roundRatio(divideRatios(quantity, size), 0, mode);
