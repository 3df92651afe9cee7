import type { EventLogWriter } from "@meter/core";
import { Counter, type Registry } from "prom-client";

/** The same writer; what becomes of events is counted. What is no event is refused before: `meter_http_requests_total`. */
export const countEvents = (registry: Registry, writer: EventLogWriter): EventLogWriter => {
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });
  const accepted = counter("meter_events_accepted_total", "Events that were new and are durable.");
  const duplicates = counter("meter_events_duplicate_total", "Events that had been accepted before.");
  const refused = counter("meter_events_refused_total", "Events that the log did not take, by reason.", ["reason"]);
  return {
    append: async (events) => {
      const appended = await writer.append(events);
      if (appended.ok) {
        accepted.inc(appended.value.appended);
        duplicates.inc(appended.value.duplicates);
      } else refused.inc({ reason: appended.error.type }, events.length);
      return appended;
    },
  };
};
