import type {
  Clock,
  EventFilter,
  EventLogHead,
  EventLogWriter,
  LogId,
  StoredEvent,
  TimeFilter,
  UsageFreshness,
  UsageReader,
} from "@meter/core";
import {
  compareText,
  createFold,
  matchesText,
  type MeterBuild,
  queryUsage,
  type TextFilter,
  type UsageEntry,
} from "@meter/metering";
import { assert, createUlid, type Instant } from "@meter/primitives";

/** Log, usage and the way between them in one: what is appended is usage at once, computed from the events with every question. */
export type MemoryUsage = Readonly<{
  log: EventLogWriter & EventLogHead;
  reader: UsageReader;
  freshness: UsageFreshness;
}>;

export const createMemoryUsage = (clock: Clock): MemoryUsage => {
  const log = createUlid(clock.now(), new Uint8Array(10)) as LogId; // a new ULID becomes a log's id here
  const stored: StoredEvent[] = [];
  const keys = new Set<string>();

  const entriesOf = (build: MeterBuild): readonly UsageEntry[] => {
    const fold = createFold([build]);
    return stored
      .filter(({ event }) => event.namespace === build.namespace && event.type === build.eventType)
      .flatMap(({ event }) => fold(event));
  };
  const within = (time: Instant, { from, to }: { from: Instant | null; to: Instant | null }) =>
    (from === null || time >= from) && (to === null || time < to);
  const distinct = (texts: readonly string[]) => [...new Set(texts)].toSorted(compareText);

  return {
    log: {
      append: async (events) => {
        let appended = 0;
        for (const event of events) {
          const key = JSON.stringify([event.namespace, event.source, event.id]);
          if (keys.has(key)) continue;
          keys.add(key);
          stored.push({ position: { log, partition: 0, offset: stored.length }, event, storedAt: clock.now() });
          appended += 1;
        }
        return { ok: true, value: { appended, duplicates: events.length - appended } };
      },
      head: async () => [{ log, partition: 0, offset: stored.length }],
    },
    reader: {
      query: async (build, query) => queryUsage(build, entriesOf(build), query),
      listEvents: async (namespace, filter, { limit, after }) =>
        stored
          .filter(({ event }) => event.namespace === namespace)
          .filter((event) => matches(filter, event))
          .filter(
            ({ event, position }) =>
              after === null ||
              event.time < after.time ||
              (event.time === after.time && position.offset < after.position.offset),
          )
          .toSorted((a, b) => b.event.time - a.event.time || b.position.offset - a.position.offset)
          .slice(0, limit),
      subjects: async (namespace, eventType, period) =>
        distinct(
          stored
            .filter(
              ({ event }) => event.namespace === namespace && event.type === eventType && within(event.time, period),
            )
            .map(({ event }) => event.subject),
        ),
      dimensionValues: async (build, dimension, period) => {
        const at = build.dimensions.findIndex(({ key }) => key === dimension);
        assert(at >= 0, "a dimension of the build");
        return distinct(
          entriesOf(build)
            .filter(({ time }) => within(time, period))
            .map(({ dimensions }) => dimensions[at] ?? ""),
        );
      },
    },
    freshness: { reach: async () => true, buildReady: async () => ({ ready: true }) },
  };
};

const matches = (filter: EventFilter, { event, storedAt }: StoredEvent): boolean =>
  passes(filter.id, event.id) &&
  passes(filter.source, event.source) &&
  passes(filter.subject, event.subject) &&
  passes(filter.type, event.type) &&
  lies(filter.time, event.time) &&
  lies(filter.ingestedAt, event.ingestedAt) &&
  lies(filter.storedAt, storedAt) &&
  (filter.subjects === undefined || filter.subjects.includes(event.subject));

const passes = (filters: readonly TextFilter[] | undefined, text: string): boolean =>
  (filters ?? []).every((filter) => matchesText(filter, text));

const lies = (filters: readonly TimeFilter[] | undefined, at: Instant): boolean =>
  (filters ?? []).every(
    ({ gt, gte, lt, lte, anyOf }) =>
      (gt === undefined || at > gt) &&
      (gte === undefined || at >= gte) &&
      (lt === undefined || at < lt) &&
      (lte === undefined || at <= lte) &&
      (anyOf === undefined || anyOf.some((all) => lies(all, at))),
  );
