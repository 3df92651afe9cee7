import type { Meter } from "@meter/catalog";
import { findValueFault } from "@meter/metering";
import { groupBy } from "@meter/primitives";
import { toJsonPath } from "./meter-build.ts";

/**
 * Why an event does not count where it could: one sentence for each reason that meters of its type find no value in it, and
 * for a missing meter or customer. Judged by the meters and customers of now. `meters`: the live meters of its type.
 */
export const explainEvent = (
  event: Readonly<{ type: string; subject: string; data: string | null }>,
  meters: readonly Meter[],
  hasCustomer: boolean,
): readonly string[] => [
  ...(meters.length === 0 ? [`no meter found for event type: ${event.type}`] : []),
  ...explainValues(event.data, meters),
  ...(hasCustomer ? [] : [`no customer found for event subject: ${event.subject}`]),
];

const explainValues = (data: string | null, meters: readonly Meter[]): readonly string[] => {
  const faulty = meters.flatMap(({ key, aggregation, valueProperty }) => {
    const fault = findValueFault({ aggregation, value: toJsonPath(valueProperty) }, data);
    return fault === null ? [] : [{ key, message: fault.message }];
  });
  return [...groupBy(faulty, ({ message }) => message)].map(
    ([message, same]) => `invalid event: ${message}${same.length === 1 ? "" : ` (${nameMeters(same)})`}`,
  );
};

/** Of many with one fault only the first are named, so that an answer does not grow with the number of meters. */
const nameMeters = (meters: readonly Readonly<{ key: string }>[]): string => {
  const named = meters.slice(0, metersNamedMax).map(({ key }) => key);
  const rest = meters.length - named.length;
  return `in ${meters.length} meters: ${named.join(", ")}${rest === 0 ? "" : ` and ${rest} more`}`;
};

const metersNamedMax = 5;
