import type { AcceptedEvent } from "@meter/events";
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
import type { Clock } from "../shared/clock.ts";
import type { EventLogHead, EventLogWriter, LogId, LogPosition } from "../shared/event-log.ts";
import type { UsageFreshness } from "../metering/freshness.ts";
import {
  type AnswerBound,
  AnswerTooLarge,
  type EventFilter,
  type StoredEvent,
  type TimeFilter,
  type UsageReader,
} from "../metering/usage-reader.ts";

/** Log, usage and the way between them in one: what is appended is usage at once. Gone with the process. */
export type MemoryUsage = Readonly<{
  log: EventLogWriter & EventLogHead;
  reader: UsageReader;
  freshness: UsageFreshness;
}>;

/** How many events a log in memory takes unless it is told otherwise. With one meter an event of 220 bytes takes 1.4 kB. */
export const memoryEventsMax = 500_000;

/** The log in memory has no room for all events of a call, and took none of them. */
export class MemoryFull extends Error {
  override readonly name = "MemoryFull";
  constructor(eventsMax: number) {
    super(
      `the events in memory would be more than ${eventsMax}: keep them elsewhere (a log and usage of your own), or raise eventsMax`,
    );
  }
}

/** `append` rejects with MemoryFull when it would have to keep more than `eventsMax` events; duplicates take no room. */
export const createMemoryUsage = (
  clock: Clock,
  { eventsMax = memoryEventsMax }: Readonly<{ eventsMax?: number }> = {},
): MemoryUsage => {
  const log = createUlid(clock.now(), new Uint8Array(10)) as LogId; // a new ULID becomes a log's id here
  const stored: StoredEvent[] = [];
  const keys = new Set<string>();
  const foldedByBuild = new WeakMap<MeterBuild, Folded>();

  /** Entries of a build below `end`; each event is folded once. */
  const entriesOf = (build: MeterBuild, end = stored.length): readonly UsageEntry[] => {
    const folded = foldedByBuild.get(build) ?? { fold: createFold([build]), next: 0, entries: [], offsets: [] };
    foldedByBuild.set(build, folded);
    for (; folded.next < stored.length; folded.next++) {
      const event = stored[folded.next]?.event;
      assert(event !== undefined, "an event at every offset");
      for (const entry of folded.fold(event)) {
        folded.entries.push(entry);
        folded.offsets.push(folded.next);
      }
    }
    if (end >= folded.next) return folded.entries;
    const count = folded.offsets.findIndex((offset) => offset >= end);
    return count < 0 ? folded.entries : folded.entries.slice(0, count);
  };
  const within = (time: Instant, { from, to }: { from: Instant | null; to: Instant | null }) =>
    (from === null || time >= from) && (to === null || time < to);
  const distinct = (texts: readonly string[]) => [...new Set(texts)].toSorted(compareText);
  const endAt = (at: readonly LogPosition[] | undefined) => at?.find((position) => position.log === log)?.offset;

  return {
    log: {
      append: async (events) => {
        const fresh = new Map<string, AcceptedEvent>();
        for (const event of events) {
          const key = JSON.stringify([event.namespace, event.source, event.id]);
          if (!keys.has(key) && !fresh.has(key)) fresh.set(key, event);
        }
        if (stored.length + fresh.size > eventsMax) throw new MemoryFull(eventsMax);
        const storedAt = clock.now();
        for (const [key, event] of fresh) {
          keys.add(key);
          stored.push({ position: { log, partition: 0, offset: stored.length }, event, storedAt });
        }
        return { ok: true, value: { appended: fresh.size, duplicates: events.length - fresh.size } };
      },
      head: async () => [{ log, partition: 0, offset: stored.length }],
    },
    reader: {
      query: async (build, query, at, { bound } = {}) =>
        checkBound(queryUsage(build, entriesOf(build, endAt(at)), query), bound, ({ group }) => Object.values(group)),
      listEvents: async (namespace, filter, { limit, after, bytesMax = Infinity }) => {
        const page = stored
          .filter(({ event }) => event.namespace === namespace)
          .filter((event) => matches(filter, event))
          .filter(
            ({ event, position }) =>
              after === null ||
              event.time < after.time ||
              (event.time === after.time && position.offset < after.position.offset),
          )
          .toSorted((a, b) => b.event.time - a.event.time || b.position.offset - a.position.offset)
          .slice(0, limit);
        return checkBound(page, { rowsMax: limit, bytesMax }, ({ event }) => [event.data ?? ""]);
      },
      subjects: async (namespace, eventType, period, bound) =>
        checkBound(
          distinct(
            stored
              .filter(
                ({ event }) => event.namespace === namespace && event.type === eventType && within(event.time, period),
              )
              .map(({ event }) => event.subject),
          ),
          bound,
          (subject) => [subject],
        ),
      dimensionValues: async (build, dimension, period, bound) => {
        const at = build.dimensions.findIndex(({ key }) => key === dimension);
        assert(at >= 0, "a dimension of the build");
        const values = distinct(
          entriesOf(build)
            .filter(({ time }) => within(time, period))
            .map(({ dimensions }) => dimensions[at] ?? ""),
        );
        return checkBound(values, bound, (value) => [value]);
      },
    },
    freshness: { reach: async () => true, buildReady: async () => ({ ready: true }) },
  };
};

/** Bytes are those of the texts: memory holds them as they are. */
const checkBound = <T>(
  rows: readonly T[],
  bound: AnswerBound | undefined,
  textsOf: (row: T) => readonly string[],
): readonly T[] => {
  if (bound === undefined) return rows;
  if (rows.length > bound.rowsMax) throw new AnswerTooLarge(bound);
  let bytes = 0;
  for (const row of rows) for (const text of textsOf(row)) bytes += text.length;
  if (bytes > bound.bytesMax) throw new AnswerTooLarge(bound);
  return rows;
};

/** What has been folded of a build: entries and the offsets of their events, ascending, and the offset that is next. */
type Folded = {
  readonly fold: ReturnType<typeof createFold>;
  next: number;
  readonly entries: UsageEntry[];
  readonly offsets: number[];
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
