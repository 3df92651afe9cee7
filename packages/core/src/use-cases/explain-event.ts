import type { Meter } from "@meter/catalog";
import { findValueFault } from "@meter/metering";
import { toJsonPath } from "./meter-build.ts";

/**
 * Why an event does not count where it could: one sentence for each meter of its type that finds no value in it, and for a
 * missing meter or customer. Judged by the meters and customers of now. `meters`: the live meters of its type.
 */
export const explainEvent = (
  event: Readonly<{ type: string; subject: string; data: string | null }>,
  meters: readonly Meter[],
  hasCustomer: boolean,
): readonly string[] => [
  ...(meters.length === 0 ? [`no meter found for event type: ${event.type}`] : []),
  ...meters.flatMap((meter) => {
    const fault = findValueFault(
      { aggregation: meter.aggregation, value: toJsonPath(meter.valueProperty) },
      event.data,
    );
    return fault === null ? [] : [`invalid event: ${fault.message}`];
  }),
  ...(hasCustomer ? [] : [`no customer found for event subject: ${event.subject}`]),
];
