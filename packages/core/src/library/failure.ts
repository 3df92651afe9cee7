import type { FieldFault, TooManyDimensions, TooManyMeters } from "@meter/catalog";
import type { EventsError } from "@meter/events";
import { describeRateError, type RateError } from "@meter/pricing";
import type { Result } from "@meter/primitives";
import type { Conflict } from "../shared/conflict.ts";
import type { AppendError } from "../shared/event-log.ts";
import type { InvalidInput } from "../shared/invalid-input.ts";
import type { QueryMeterError } from "../metering/query-meter.ts";

/** The meter found no valid value in that period, and is none of which nothing is zero: no answer is not zero. */
export type NoUsage = Readonly<{ type: "no_usage"; meter: string; aggregation: string }>;

/** Everything that a verb of `createMeter` can answer instead of what it was asked for. */
export type MeterFailure =
  | InvalidInput
  | Conflict
  | TooManyMeters
  | TooManyDimensions
  | EventsError
  | AppendError
  | QueryMeterError
  | NoUsage
  | RateError;

/** A failure, thrown: the message is for people and names the fields, `failure` is what a program acts on. */
export class MeterError extends Error {
  override readonly name = "MeterError";
  readonly failure: MeterFailure;
  constructor(verb: string, failure: MeterFailure) {
    super(`${verb}: ${describeFailure(failure)}`);
    this.failure = failure;
  }
}

/** The value, or a thrown MeterError. `verb` is what was tried; the message begins with it. */
export const orThrow = <T>(verb: string, result: Result<T, MeterFailure>): T => {
  if (result.ok) return result.value;
  throw new MeterError(verb, result.error);
};

/** One sentence for people; every broken rule is in it. */
export const describeFailure = (failure: MeterFailure): string => {
  switch (failure.type) {
    case "invalid_input":
      return listFaults(failure.faults);
    case "conflict":
      return failure.message;
    case "too_many_dimensions":
      return `the meters of the event type ${failure.eventType} have ${failure.max} group-by keys together at most`;
    case "too_many_meters":
      return failure.eventType === null
        ? `there are ${failure.max} meters, and no more fit`
        : `${failure.eventType} has ${failure.max} meters, and no more fit: group by what tells them apart`;
    case "invalid_json":
      return `the events are no JSON at character ${failure.offset}: ${failure.reason}`;
    case "json_too_deep":
      return `an event is nested deeper than ${failure.depthMax} levels`;
    case "no_events":
      return "there are no events in the text";
    case "too_many_events":
      return `${failure.count} events at once are more than ${failure.eventsMax}: add them in several calls`;
    case "invalid_events": {
      const more = failure.faultsTotal - failure.faults.length;
      return listFaults(
        failure.faults.map(({ index, field, code, message }) => {
          const path = field === "" ? `events.${index}` : `events.${index}.${field}`;
          return { field: path, code, message };
        }),
        more > 0 ? [`and ${more} more`] : [],
      );
    }
    case "log_overloaded":
      return `the event log has too much to write: try again in ${failure.retryAfterMs} ms`;
    case "disk_full":
      return `the disk of the event log is nearly full: try again in ${failure.retryAfterMs} ms`;
    case "log_unavailable":
      return `the event log cannot be written, and whether the events were taken is not known: ${failure.reason}`;
    case "meter_not_found":
      return `there is no meter ${failure.meter}: define it first`;
    case "customer_not_found":
      return `there is no customer ${failure.customers.join(", ")}`;
    case "too_many_groups":
      return `the answer has more than ${failure.bound.rowsMax} rows: ask for a shorter period or fewer groups`;
    case "usage_behind":
      return "usage has not caught up with the accepted events: try again";
    case "usage_building":
      return `the meter's usage is still being built (${Math.floor(failure.progress * 100)} %): try again`;
    case "usage_unavailable":
      return `usage cannot be read: ${failure.reason}`;
    case "no_usage":
      return `the meter ${failure.meter} has no value in that period, and the ${failure.aggregation} of nothing is not zero`;
    case "unknown_price_type":
    case "unit_conversion_refused":
    case "usage_not_given":
    case "price_model_failed":
    case "amount_out_of_range":
      return describeRateError(failure);
  }
};

const listFaults = (faults: readonly FieldFault[], rest: readonly string[] = []): string =>
  [...faults.map(describeFault), ...rest].join("; ");

/** With the field in front, unless the message begins with it. */
const describeFault = ({ field, message }: FieldFault): string =>
  field === "" || message.startsWith(`${field} `) ? message : `${field}: ${message}`;
