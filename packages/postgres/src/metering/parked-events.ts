import { type LogId, type LogPosition, type ParkedEvent, parkedPageBytesMax, type ParkedEvents } from "@meter/core";
import { decodeAcceptedEvent, encodeAcceptedEvent } from "@meter/events";
import { type Selectable, sql } from "kysely";
import { fromDbInstant, toDbInstant } from "../columns.ts";
import type { Db, ParkedEventsTable } from "../database.ts";

/**
 * The event is kept as the bytes that the log has, so that every character survives. A NUL in the reason, which may
 * quote the event, becomes U+FFFD.
 */
export const createParkedEvents = (db: Db): ParkedEvents => ({
  park: async (parked) => {
    const reason = parked.reason.replaceAll("\0", "\uFFFD");
    await db
      .insertInto("parked_events")
      .values({
        log_id: parked.position.log,
        partition: parked.position.partition,
        log_offset: parked.position.offset,
        namespace: parked.event.namespace,
        reason,
        payload: Buffer.from(encodeAcceptedEvent(parked.event)),
        parked_at: toDbInstant(parked.parkedAt),
      })
      .onConflict((conflict) => conflict.columns(["log_id", "partition", "log_offset"]).doUpdateSet({ reason }))
      .execute();
  },
  list: async ({ namespace, limit, after = null }) => {
    const conditions = [
      ...(namespace === undefined ? [] : [sql<boolean>`namespace = ${namespace}`]),
      ...(after === null
        ? []
        : [sql<boolean>`(log_id, partition, log_offset) > (${after.log}, ${after.partition}, ${after.offset})`]),
    ];
    const rows = await db
      .selectFrom((from) =>
        conditions
          .reduce((query, condition) => query.where(condition), from.selectFrom("parked_events"))
          .selectAll()
          .select(bytesBefore.as("bytes_before"))
          .orderBy("log_id")
          .orderBy("partition")
          .orderBy("log_offset")
          .limit(limit)
          .as("page"),
      )
      .selectAll()
      .where((is) => is.or([is("bytes_before", "is", null), is("bytes_before", "<", parkedPageBytesMax)]))
      .orderBy("log_id")
      .orderBy("partition")
      .orderBy("log_offset")
      .execute();
    return rows.map(fromDbParkedEvent);
  },
  count: async (max) => {
    const row = await db
      .selectFrom((from) => from.selectFrom("parked_events").select("log_id").limit(max).as("some"))
      .select((of) => of.fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    return row.count;
  },
  remove: async (positions) => {
    if (positions.length === 0) return;
    const column = (values: readonly (string | number)[], type: "text" | "integer" | "bigint") =>
      sql`${values}::${sql.raw(type)}[]`;
    await sql`
      delete from parked_events using unnest(
        ${column(
          positions.map((at) => at.log),
          "text",
        )},
        ${column(
          positions.map((at) => at.partition),
          "integer",
        )},
        ${column(
          positions.map((at) => at.offset),
          "bigint",
        )}
      ) as gone (log_id, partition, log_offset)
      where parked_events.log_id = gone.log_id
        and parked_events.partition = gone.partition
        and parked_events.log_offset = gone.log_offset`.execute(db);
  },
});

/** What the events before this one of the page have together; null for the first. */
const bytesBefore = sql<number | null>`sum(octet_length(payload)::bigint) over (
  order by log_id, partition, log_offset rows between unbounded preceding and 1 preceding
)`;

const fromDbParkedEvent = (row: Selectable<ParkedEventsTable>): ParkedEvent => ({
  position: fromDbPosition(row),
  event: decodeAcceptedEvent(row.payload),
  reason: row.reason,
  parkedAt: fromDbInstant(row.parked_at),
});

const fromDbPosition = (
  row: Pick<Selectable<ParkedEventsTable>, "log_id" | "partition" | "log_offset">,
): LogPosition => ({
  log: row.log_id as LogId, // what park wrote
  partition: row.partition,
  offset: row.log_offset,
});
