import type { Decimal, Result } from "@meter/primitives";

import { certain, fault, isRecord, readDefinition } from "./definition.ts";
import type { FieldFault } from "./field-fault.ts";

export const conversionOperations = ["multiply", "divide"] as const;
export type ConversionOperation = (typeof conversionOperations)[number];

export const conversionRoundings = ["none", "ceiling", "floor", "half_up"] as const;
/** `half_up`: ties go away from zero, also below it. */
export type ConversionRounding = (typeof conversionRoundings)[number];

/**
 * From metered to priced units: quantity × or ÷ `conversionFactor` (above zero), then rounded to `precision` fraction digits.
 * It is applied to the whole quantity since the service period began, never to that of a part.
 */
export type UnitConversion = Readonly<{
  operation: ConversionOperation;
  conversionFactor: Decimal;
  rounding: ConversionRounding;
  /** 0 to `conversionPrecisionMax`. Means nothing when the rounding is none. */
  precision: number;
  /** For people; it changes no number. */
  displayUnit: string | null;
}>;

export const conversionPrecisionMax = 30;

/** Defaults: rounding none, precision 0. Fields: operation, conversionFactor, rounding, precision, displayUnit. */
export const parseUnitConversion = (definition: unknown): Result<UnitConversion, readonly FieldFault[]> => {
  const members = ["operation", "conversionFactor", "rounding", "precision", "displayUnit"];
  const reader = readDefinition(definition, members);
  const operation = reader.choice("operation", conversionOperations);
  const conversionFactor = reader.decimal("conversionFactor", "positive");
  const rounding = reader.optionalChoice("rounding", conversionRoundings) ?? "none";
  const displayUnit = reader.optionalText("displayUnit");
  const given = isRecord(definition) ? (definition["precision"] ?? 0) : 0;
  const precision = typeof given === "number" ? given : Number.NaN;
  if (!isPrecision(precision)) reader.note(precisionFault("precision"));
  return reader.finish(() => ({
    operation: certain(operation),
    conversionFactor: certain(conversionFactor),
    rounding,
    precision,
    displayUnit,
  }));
};

/** What is wrong with a conversion that did not come from the parser. Fields: conversionFactor, precision. */
export const checkUnitConversion = ({ conversionFactor, precision }: UnitConversion): readonly FieldFault[] => [
  ...(conversionFactor.coefficient > 0n
    ? []
    : [fault("conversionFactor", "not_positive", "conversionFactor must be greater than zero")]),
  ...(isPrecision(precision) ? [] : [precisionFault("precision")]),
];

const isPrecision = (precision: number): boolean =>
  Number.isInteger(precision) && precision >= 0 && precision <= conversionPrecisionMax;

const precisionFault = (field: string): FieldFault =>
  fault(field, "invalid_precision", `precision must be an integer from 0 to ${conversionPrecisionMax}`);
