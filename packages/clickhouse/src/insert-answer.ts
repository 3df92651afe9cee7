import { ClickHouseError, type CommandResult } from "@clickhouse/client";
import type { InsertAnswer } from "@meter/core";
import { isDone } from "./whole-answer.ts";

/** The engine's error codes that say something about the rows themselves: it will say the same however often they are sent. */
export const permanentErrorCodes: ReadonlyMap<string, string> = new Map([
  ["6", "CANNOT_PARSE_TEXT"],
  ["25", "CANNOT_PARSE_ESCAPE_SEQUENCE"],
  ["26", "CANNOT_PARSE_QUOTED_STRING"],
  ["27", "CANNOT_PARSE_INPUT_ASSERTION_FAILED"],
  ["38", "CANNOT_PARSE_DATE"],
  ["41", "CANNOT_PARSE_DATETIME"],
  ["53", "TYPE_MISMATCH"],
  ["69", "ARGUMENT_OUT_OF_BOUND"],
  ["70", "CANNOT_CONVERT_TYPE"],
  ["72", "CANNOT_PARSE_NUMBER"],
  ["117", "INCORRECT_DATA"],
  ["128", "TOO_LARGE_ARRAY_SIZE"],
  ["130", "CANNOT_READ_ARRAY_FROM_TEXT"],
  ["131", "TOO_LARGE_STRING_SIZE"],
  ["321", "VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE"],
  ["349", "CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN"],
  ["407", "DECIMAL_OVERFLOW"],
  ["469", "VIOLATED_CONSTRAINT"],
]);

/** The engine's error codes that say that it had too little memory at that moment for so much at once. */
export const memoryErrorCodes: ReadonlyMap<string, string> = new Map([
  ["173", "CANNOT_ALLOCATE_MEMORY"],
  ["241", "MEMORY_LIMIT_EXCEEDED"],
]);

/**
 * What an insert's 200 means. `stored` only when the engine itself says so, of as many rows as were meant: an empty 200 of
 * something between, or rows that were lost on their way, leave it unknown.
 */
export const toInsertAnswer = (done: CommandResult, rowsCount: number): InsertAnswer => {
  if (!isDone(done)) return { type: "unknown", reason: "what answered does not say that the engine has stored it" };
  if (done.summary?.written_rows === String(rowsCount)) return { type: "stored" };
  return { type: "unknown", reason: `${done.summary?.written_rows} of ${rowsCount} rows were written` };
};

/** Enough to understand a refusal; the engine quotes the rows it complains about. */
const reasonLengthMax = 500;

/**
 * What a failed insert means. Only the engine's own error, with its code, is an answer; whatever else was thrown (a
 * broken socket, a time-out, a proxy's page) leaves open whether the rows are there. The code is trusted, the error's
 * name is not: it is cut out of a message that quotes the rows.
 */
export const toInsertFailure = (error: unknown): Exclude<InsertAnswer, { type: "stored" }> => {
  const reason = (error instanceof Error ? error.message : String(error)).slice(0, reasonLengthMax);
  if (!(error instanceof ClickHouseError)) return { type: "unknown", reason };
  if (memoryErrorCodes.has(error.code)) return { type: "exhausted", reason: `${error.code}: ${reason}` };
  return { type: "refused", permanent: permanentErrorCodes.has(error.code), reason: `${error.code}: ${reason}` };
};
