/** The database that holds everything. */
export const database = "meter";

export const eventsTable = "meter.events";
export const usageTable = "meter.usage";

/**
 * Both tables. Sources of merged parts stay for ten minutes, which must be longer than the time between two syncs of the
 * data directory. They are looked for once a minute only: an engine that has just started is told to leave them alone long
 * before. However many parts a loss of power breaks, the engine starts: it is for `repairTables` to see to them.
 */
const tableSettings = [
  "old_parts_lifetime = 600",
  "merge_tree_clear_old_parts_interval_seconds = 60",
  "parts_to_delay_insert = 3000",
  "parts_to_throw_insert = 10000",
  "max_suspicious_broken_parts = 1000000",
  "max_suspicious_broken_parts_bytes = 1000000000000000",
].join(", ");

/**
 * Raw events, for audit, listing and building meters. Names that repeat (namespace, type, source, log) are dictionary
 * coded; beyond 8,192 distinct ones in a part the engine falls back to plain text by itself. An empty `data` is an event
 * without data. Not partitioned by time: an insert that spans more than 100 partitions would be refused.
 */
const createEvents = `CREATE TABLE IF NOT EXISTS ${eventsTable} (
  namespace LowCardinality(String),
  type LowCardinality(String),
  subject String CODEC(ZSTD(1)),
  time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  id String CODEC(ZSTD(1)),
  source LowCardinality(String),
  data String CODEC(ZSTD(1)),
  ingested_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  stored_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  log LowCardinality(String),
  partition UInt32 CODEC(ZSTD(1)),
  offset UInt64 CODEC(Delta, ZSTD(1)),
  INDEX offsets offset TYPE minmax GRANULARITY 1
) ENGINE = MergeTree
ORDER BY (namespace, type, subject, time)
SETTINGS ${tableSettings}`;

/** What both roll-ups keep of an hour, for each log and partition: enough for count, sum, avg, min and max, and how far they have seen the log. */
const rollUp = "count(), count(value), sum(value), min(value), max(value), min(time), max(time), max(offset)";

/**
 * One entry per event and build; `dims` in the build's order of dimensions. The roll-ups are projections: written in the
 * same part as the rows, so they are there exactly when the rows are. Their hours are UTC hours.
 */
const createUsage = `CREATE TABLE IF NOT EXISTS ${usageTable} (
  namespace LowCardinality(String),
  build LowCardinality(String),
  subject String CODEC(ZSTD(1)),
  time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  value Nullable(Decimal(76, 30)) CODEC(ZSTD(1)),
  text Nullable(String) CODEC(ZSTD(1)),
  dims Array(String) CODEC(ZSTD(1)),
  log LowCardinality(String),
  partition UInt32 CODEC(ZSTD(1)),
  offset UInt64 CODEC(Delta, ZSTD(1)),
  INDEX offsets offset TYPE minmax GRANULARITY 1,
  PROJECTION by_subject_hour (
    SELECT namespace, build, subject, toStartOfHour(time) AS hour, log, partition, ${rollUp}
    GROUP BY namespace, build, subject, hour, log, partition
  ),
  PROJECTION by_dims_hour (
    SELECT namespace, build, toStartOfHour(time) AS hour, dims, log, partition, ${rollUp}
    GROUP BY namespace, build, hour, dims, log, partition
  )
) ENGINE = MergeTree
ORDER BY (namespace, build, subject, time)
SETTINGS ${tableSettings}`;

/**
 * Forward only: a migration that was released never changes, the next one gets the next number. Each statement can run
 * twice, as a process may end between it and the record of it.
 */
export const migrations: readonly Readonly<{ version: number; name: string; statements: readonly string[] }>[] = [
  { version: 1, name: "events and usage", statements: [createEvents, createUsage] },
];
