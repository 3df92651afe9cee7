/** A rational number in lowest terms; the denominator is above zero. Exact: nothing here rounds but `roundToCents`. */
export type Fraction = Readonly<{ numerator: bigint; denominator: bigint }>;

/** Of "0.00003", "-2", or "1/3". Throws when the text is none of these, or divides by zero. */
export const parseFraction = (text: string): Fraction => {
  const [, sign, whole, digits = "", denominator = "1"] = /^(-?)(\d+)(?:\.(\d+)|\/(\d+))?$/.exec(text) ?? [];
  if (whole === undefined || BigInt(denominator) === 0n) throw new Error(`not a number: ${text}`);
  const numerator = BigInt(whole + digits) * (sign === "-" ? -1n : 1n);
  return reduce(numerator, 10n ** BigInt(digits.length) * BigInt(denominator));
};

export const wholeFraction = (value: number | bigint): Fraction => ({ numerator: BigInt(value), denominator: 1n });

export const zeroFraction: Fraction = wholeFraction(0);

export const addFractions = (a: Fraction, b: Fraction): Fraction =>
  reduce(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);

export const subtractFractions = (a: Fraction, b: Fraction): Fraction =>
  addFractions(a, { ...b, numerator: -b.numerator });

export const multiplyFractions = (a: Fraction, b: Fraction): Fraction =>
  reduce(a.numerator * b.numerator, a.denominator * b.denominator);

/** Below, at or above zero: as a is to b. */
export const compareFractions = (a: Fraction, b: Fraction): bigint =>
  a.numerator * b.denominator - b.numerator * a.denominator;

/** To whole cents, half away from zero: 0.005 is one cent, and −0.005 minus one. */
export const roundToCents = ({ numerator, denominator }: Fraction): bigint => {
  const size = numerator < 0n ? -numerator : numerator;
  const cents = (size * 200n + denominator) / (denominator * 2n); // division of what is not negative cuts down
  return numerator < 0n ? -cents : cents;
};

/** As a decimal when that ends, such as "0.125", else as "1/3". */
export const formatFraction = ({ numerator, denominator }: Fraction): string => {
  const digits = digitsOf(denominator);
  if (digits === null) return `${numerator}/${denominator}`;
  const size = ((numerator < 0n ? -numerator : numerator) * 10n ** BigInt(digits)) / denominator;
  const text = String(size).padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  return `${numerator < 0n ? "-" : ""}${whole}${digits === 0 ? "" : `.${text.slice(text.length - digits)}`}`;
};

/** How many digits a decimal over this denominator needs; null: it does not end. */
const digitsOf = (denominator: bigint): number | null => {
  const [twos, withoutTwos] = takeOut(2n, denominator);
  const [fives, rest] = takeOut(5n, withoutTwos);
  return rest === 1n ? Math.max(twos, fives) : null;
};

const takeOut = (prime: bigint, value: bigint): readonly [times: number, rest: bigint] => {
  let [times, rest] = [0, value];
  for (; rest % prime === 0n; times++) rest /= prime;
  return [times, rest];
};

const reduce = (numerator: bigint, denominator: bigint): Fraction => {
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  return { numerator: numerator / a, denominator: denominator / a };
};
