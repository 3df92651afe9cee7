import type { ClickHouseSettings } from "@clickhouse/client";

/** The engine ends a read after this many seconds. Rows of an ended build may be deleted only after longer. */
export const readSecondsMax = 30;

/** With any of these the engine would end early, or leave rows out, and call that an answer. Each is off, whatever a server's profile says. */
const wholeResults: ClickHouseSettings = {
  read_overflow_mode: "throw",
  read_overflow_mode_leaf: "throw",
  result_overflow_mode: "throw",
  timeout_overflow_mode: "throw",
  timeout_overflow_mode_leaf: "throw",
  group_by_overflow_mode: "throw",
  sort_overflow_mode: "throw",
  distinct_overflow_mode: "throw",
  set_overflow_mode: "throw",
  join_overflow_mode: "throw",
  transfer_overflow_mode: "throw",
  partial_result_on_first_cancel: 0,
  skip_unavailable_shards: 0,
  empty_result_for_aggregation_by_empty_set: 0,
  use_query_cache: 0,
  limit: "0",
  offset: "0",
  additional_result_filter: "",
};

/** So much of an answer the engine keeps in memory before it sends the first of it: what fails till then fails with its code. */
const answerKeptBytes = 64 * 2 ** 20;

/**
 * Reads. Numbers beyond 2^53 come quoted, or they would lose digits. There is no `wait_end_of_query`: it would
 * keep the rows in a file first, and on a full disk answer 200 with nothing. What proves that an answer is whole is its
 * last line. A read whose client has gone is ended.
 */
export const readSettings: ClickHouseSettings = {
  ...wholeResults,
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_decimals: 1,
  wait_end_of_query: 0,
  http_response_buffer_size: String(answerKeptBytes),
  max_execution_time: readSecondsMax,
  readonly: "2",
  cancel_http_readonly_queries_on_client_close: 1,
};

/** Room for every row of an insert in one block, so that an insert is one part: it is there or not, nothing in between. */
const rowsPerPartMax = "1048576";
const bytesPerPartMax = "1073741824";

/**
 * Inserts: a 200 means that the part is in the table. No asynchronous inserts (the default of recent engines), no
 * headers before the end, no parallel parsing and no second thread (either could cut the rows into several parts), no
 * deduplication, no rows that are skipped because they do not parse, no null that turns into a default.
 */
export const insertSettings: ClickHouseSettings = {
  async_insert: 0,
  wait_end_of_query: 1,
  send_progress_in_http_headers: 0,
  insert_deduplicate: 0,
  max_insert_threads: "1",
  max_insert_block_size: rowsPerPartMax,
  min_insert_block_size_rows: rowsPerPartMax,
  min_insert_block_size_bytes: bytesPerPartMax,
  input_format_parallel_parsing: 0,
  input_format_allow_errors_num: "0",
  input_format_allow_errors_ratio: 0,
  input_format_null_as_default: 0,
  date_time_input_format: "basic",
  max_execution_time: 0,
};

/** DDL, SYSTEM statements and mutations: a 200 means done. */
export const ddlSettings: ClickHouseSettings = {
  wait_end_of_query: 1,
  send_progress_in_http_headers: 0,
  mutations_sync: "2",
  max_execution_time: 0,
};
