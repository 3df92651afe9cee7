import {
  allocate,
  convertToCurrency,
  formatDecimal,
  fromMoney,
  parseMoney,
  roundToCurrency,
  type Money,
} from "@meter/primitives";
import { notYet } from "../vector.ts";
import { compareDecimals, compareValues, type Judge } from "./judge.ts";
import { accepted, currencyAt, decimalAt, Malformed, objectsAt, textAt } from "./read.ts";

export const judgeCurrencyRounding: Judge = (content) => {
  const currency = currencyAt(content, "currency");
  const rounded = roundToCurrency(decimalAt(content, "amount"), currency);
  const precision = content["precision"];
  return [
    ...compareValues("precision", typeof precision === "number" ? precision : null, currency.minorUnits),
    ...compareDecimals("expect", decimalAt(content, "expect"), rounded),
  ];
};

/** The expected list leaves out shares of zero. Ties go by input order or by key. */
export const judgeWeightedAllocation: Judge = (content) => {
  const currency = currencyAt(content, "currency");
  const tieBreak = textAt(content, "tieBreak");
  const byKey = tieBreak.split("_").includes("key");
  if (!byKey && tieBreak !== "input_order") return notYet(`ties by ${tieBreak}`);

  const weights = objectsAt(content, "weights").map((one) => ({
    key: textAt(one, "key"),
    weight: decimalAt(one, "weight"),
  }));
  const ordered = byKey ? weights.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)) : weights;
  const total = accepted(parseMoney(decimalAt(content, "amount"), currency));
  const shares = accepted(
    allocate(
      total.minor,
      ordered.map(({ weight }) => weight),
    ),
  );
  const found = ordered.flatMap(({ key }, index) => {
    const money: Money = { minor: shares[index] ?? 0n, currency };
    return money.minor === 0n ? [] : [`${key} ${formatDecimal(fromMoney(money))}`];
  });
  const expected = objectsAt(content, "expect").map(
    (one) => `${textAt(one, "key")} ${formatDecimal(decimalAt(one, "amount"))}`,
  );
  return compareValues("expect", expected.toSorted().join(", "), found.toSorted().join(", "));
};

/** The expectation is an amount, or the error of a refusal. */
export const judgeFiatConversion: Judge = (content) => {
  const money = accepted(
    convertToCurrency(
      decimalAt(content, "amount"),
      decimalAt(content, "costBasis"),
      currencyAt(content, "fiatCurrency"),
    ),
  );
  const expect = content["expect"];
  if (typeof expect !== "string")
    throw new Malformed({ at: "expect", expected: "an amount or an error", found: expect });
  return compareDecimals("expect", decimalAt(content, "expect"), fromMoney(money));
};
