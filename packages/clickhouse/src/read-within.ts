import { type ClickHouseSettings, ClickHouseError } from "@clickhouse/client";
import { type AnswerBound, AnswerTooLarge, UsageUnavailable } from "@meter/core";
import type { Connection, Row } from "./connection.ts";
import type { Statement } from "./statement.ts";

/**
 * All rows of a read, or AnswerTooLarge: the engine itself stops at one row or byte more than the bound, while it groups
 * and not only when it answers, so that neither of us ever holds more.
 */
export const readWithin = async (
  connection: Pick<Connection, "read">,
  statement: Statement,
  bound: AnswerBound | undefined,
): Promise<readonly Row[]> => {
  if (bound === undefined) return connection.read(statement);
  try {
    return await connection.read(statement, { settings: toSettings(bound) });
  } catch (error) {
    if (isTooLarge(error)) throw new AnswerTooLarge(bound);
    throw error;
  }
};

const toSettings = ({ rowsMax, bytesMax }: AnswerBound): Readonly<Record<string, string | number>> =>
  ({
    max_rows_to_group_by: String(rowsMax),
    group_by_overflow_mode: "throw",
    max_rows_in_distinct: String(rowsMax),
    distinct_overflow_mode: "throw",
    max_result_rows: String(rowsMax),
    max_result_bytes: String(bytesMax),
    result_overflow_mode: "throw",
  }) satisfies ClickHouseSettings;

/** TOO_MANY_ROWS while grouping, SET_SIZE_LIMIT_EXCEEDED of DISTINCT, TOO_MANY_ROWS_OR_BYTES of the result. */
const tooLargeCodes: readonly string[] = ["158", "191", "396"];

const isTooLarge = (error: unknown): boolean =>
  error instanceof UsageUnavailable &&
  error.cause instanceof ClickHouseError &&
  tooLargeCodes.includes(error.cause.code);
