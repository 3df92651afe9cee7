import type { AcceptedEvent, EventLogWriter } from "@meter/core";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { countEvents } from "./count-events.ts";

test("accepted, duplicate and refused events are counted", async () => {
  const registry = new Registry();
  const answers: Awaited<ReturnType<EventLogWriter["append"]>>[] = [
    { ok: true, value: { appended: 2, duplicates: 1 } },
    { ok: false, error: { type: "log_overloaded", retryAfterMs: 1 } },
  ];
  const writer = countEvents(registry, {
    append: async () => answers.shift() ?? { ok: true, value: { appended: 0, duplicates: 0 } },
  });
  const three = [{}, {}, {}] as AcceptedEvent[]; // only counted
  await writer.append(three);
  await writer.append(three);
  const text = await registry.metrics();
  for (const line of [
    "meter_events_accepted_total 2",
    "meter_events_duplicate_total 1",
    'meter_events_refused_total{reason="log_overloaded"} 3',
  ])
    expect(text).toContain(line);
});
