import { eventLimits } from "@meter/events";
import { err, groupBy, ok, type Result } from "@meter/primitives";
import { type CustomerId, subjectsOf } from "../shared/customer.ts";
import type { CustomerStore } from "../shared/customer-store.ts";
import type { MeterStore } from "./meter-store.ts";
import type { EventCursor, EventFilter, StoredEvent, UsageReader } from "./usage-reader.ts";
import { withinBound } from "./answer-bound.ts";
import { explainEvent } from "./explain-event.ts";
import {
  type FreshUsageDeps,
  orUnavailable,
  reachHead,
  type UsageBehind,
  type UsageNotAnswered,
} from "./fresh-usage.ts";
import { findCustomers } from "./query-meter.ts";

export type ListedEvent = StoredEvent &
  Readonly<{
    /** Whose the event's subject is now. */
    customerId: CustomerId | null;
    /** Sentences: see explainEvent. */
    faults: readonly string[];
  }>;

export type ListEventsInput = Readonly<{
  filter: Omit<EventFilter, "subjects">;
  /** Events of these customers' subjects. Null: no such filter. Empty: nothing matches. */
  customerIds: readonly string[] | null;
  limit: number;
  after: EventCursor | null;
}>;

export type ListEventsError =
  | Readonly<{ type: "customer_not_found"; customers: readonly string[] }>
  | Readonly<{ type: "page_too_large"; bytesMax: number }>
  | UsageBehind
  | UsageNotAnswered;

/** Of the events of a page together: one alone always fits. */
const pageBytesMax = eventLimits.bodyBytesMax + 4 * 1_024 * 1_024;

/** Newest time first, then newest position. Sees every event that was acknowledged before the call. */
export const listEvents =
  (
    deps: FreshUsageDeps &
      Readonly<{
        reader: Pick<UsageReader, "listEvents">;
        customers: Pick<CustomerStore, "findMany" | "attribute">;
        meters: Pick<MeterStore, "listByEventTypes">;
      }>,
  ) =>
  async (namespace: string, input: ListEventsInput): Promise<Result<readonly ListedEvent[], ListEventsError>> =>
    orUnavailable<readonly ListedEvent[], ListEventsError>(async () => {
      const customers =
        input.customerIds === null ? ok(null) : await findCustomers(deps.customers, namespace, input.customerIds);
      if (!customers.ok) return customers;
      const wait = await reachHead(deps);
      if (!wait.ok) return wait;
      const filter: EventFilter =
        customers.value === null ? input.filter : { ...input.filter, subjects: customers.value.flatMap(subjectsOf) };
      const { limit, after } = input;
      const page = await withinBound(
        deps.reader.listEvents(namespace, filter, { limit, after, bytesMax: pageBytesMax }),
      );
      if (!page.ok) return err({ type: "page_too_large", bytesMax: pageBytesMax });
      const stored = page.value;

      const subjects = [...new Set(stored.map(({ event }) => event.subject))];
      const types = [...new Set(stored.map(({ event }) => event.type))];
      const [customerBySubject, meters] = await Promise.all([
        subjects.length === 0 ? new Map<string, CustomerId>() : deps.customers.attribute(namespace, subjects),
        types.length === 0 ? [] : deps.meters.listByEventTypes(namespace, types),
      ]);
      const metersByType = groupBy(meters, (meter) => meter.eventType);
      return ok(
        stored.map((listed) => {
          const customerId = customerBySubject.get(listed.event.subject) ?? null;
          const faults = explainEvent(listed.event, metersByType.get(listed.event.type) ?? [], customerId !== null);
          return { ...listed, customerId, faults };
        }),
      );
    });
