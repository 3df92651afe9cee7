// Exact arithmetic of the verifier alone: fractions in lowest terms over texts, the slow and plain way. It shares nothing with
// the engine's, so that a fault of one is not a fault of both.

export type Fraction = Readonly<{ over: bigint; under: bigint }>;

/** Reads "12", "-0.5", "1/3". Throws on anything else. */
export const fraction = (text: string): Fraction => {
  const match = /^(-?)([0-9]+)(?:\.([0-9]+)|\/([0-9]+))?$/.exec(text);
  if (match === null) throw new Unreadable(text);
  const [, sign = "", whole = "", decimals = "", under = ""] = match;
  const digits = BigInt(`${sign}${whole}${decimals}`);
  return under === "" ? lowest(digits, 10n ** BigInt(decimals.length)) : lowest(digits, BigInt(under));
};

/** A text of an explanation that is no number. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

export const plus = (a: Fraction, b: Fraction): Fraction =>
  lowest(a.over * b.under + b.over * a.under, a.under * b.under);

export const minus = (a: Fraction, b: Fraction): Fraction => plus(a, { over: -b.over, under: b.under });

export const times = (a: Fraction, b: Fraction): Fraction => lowest(a.over * b.over, a.under * b.under);

export const per = (a: Fraction, b: Fraction): Fraction => lowest(a.over * b.under, a.under * b.over);

export const total = (all: readonly Fraction[]): Fraction => all.reduce(plus, nothing);

export const isLess = (a: Fraction, b: Fraction): boolean => a.over * b.under < b.over * a.under;

export const isSame = (a: Fraction, b: Fraction): boolean => a.over === b.over && a.under === b.under;

export const least = (a: Fraction, b: Fraction): Fraction => (isLess(b, a) ? b : a);

export const most = (a: Fraction, b: Fraction): Fraction => (isLess(a, b) ? b : a);

export const nothing: Fraction = { over: 0n, under: 1n };

export const single: Fraction = { over: 1n, under: 1n };

/** To multiples of 1/10^digits: `up` and `down` on the number line, `near` with ties away from zero. */
export const toDigits = (a: Fraction, digits: number, way: "up" | "down" | "near"): Fraction => {
  const step = 10n ** BigInt(digits);
  const { over, under } = times(a, { over: step, under: 1n });
  const size = over < 0n ? -over : over;
  const whole = size / under;
  const rest = size % under;
  const negative = over < 0n;
  const away = rest !== 0n && (way === "near" ? rest * 2n >= under : (way === "up") !== negative);
  const count = away ? whole + 1n : whole;
  return lowest(negative ? -count : count, step);
};

export const show = ({ over, under }: Fraction): string => (under === 1n ? String(over) : `${over}/${under}`);

const lowest = (over: bigint, under: bigint): Fraction => {
  if (under === 0n) throw new Unreadable("a fraction over zero");
  const common = commonFactor(over < 0n ? -over : over, under < 0n ? -under : under);
  const sign = under < 0n ? -1n : 1n;
  return { over: (sign * over) / common, under: (sign * under) / common };
};

const commonFactor = (a: bigint, b: bigint): bigint => (b === 0n ? a : commonFactor(b, a % b));
