import type { ClickHouseSettings, CommandResult } from "@clickhouse/client";
import type { Row } from "./connection.ts";
import { turns } from "./turns.ts";

/**
 * How an answer proves that it is whole. Each row is a line, a JSON array; the last line names the question, and the
 * engine writes it after all rows. So an answer that was cut anywhere, that is empty, that ends in an exception or that
 * belongs to another question cannot be taken for a whole one, and one without rows is still an answer.
 */
export const answerFormat = "CustomSeparated";

export const answerSettings = (question: string): ClickHouseSettings => ({
  format_custom_escaping_rule: "JSON",
  format_custom_result_before_delimiter: "",
  format_custom_row_before_delimiter: "[",
  format_custom_field_delimiter: ",",
  format_custom_row_after_delimiter: "]\n",
  format_custom_row_between_delimiter: "",
  format_custom_result_after_delimiter: `${lastLineOf(question)}\n`,
});

/** Rows begin with `[`, so none of them can be taken for it. */
export const lastLineOf = (question: string): string => `end of ${question}`;

/** What came is not the whole answer: nothing may be concluded from it. */
export class CutAnswer extends Error {
  override readonly name = "CutAnswer";
}

/** A foreign line is shown up to here. */
const shownLengthMax = 300;

/** Takes an answer line by line, and gives its rows once it has proved to be whole. Both throw CutAnswer when it is not. */
export type AnswerReader = Readonly<{ take: (line: string) => void; rows: () => readonly Row[] }>;

export const createAnswerReader = (question: string): AnswerReader => {
  const lastLine = lastLineOf(question);
  const rows: Row[] = [];
  let ended = false;
  return {
    take: (line) => {
      if (ended) throw new CutAnswer("the answer goes on after its last line");
      if (line === lastLine) ended = true;
      else rows.push(parseRow(line));
    },
    rows: () => {
      if (!ended) throw new CutAnswer(`the answer was cut after ${rows.length} rows`);
      return rows;
    },
  };
};

/** The rows of a whole answer, read in turns. Throws CutAnswer when it is not whole, and whatever the lines throw. */
export const readWhole = async (
  lines: AsyncIterable<readonly Readonly<{ text: string }>[]>,
  question: string,
): Promise<readonly Row[]> => {
  const reader = createAnswerReader(question);
  for await (const some of lines)
    for (const { text } of some) {
      if (turns.due()) await turns.next();
      reader.take(text);
    }
  return reader.rows();
};

const parseRow = (text: string): Row => {
  try {
    const row: unknown = JSON.parse(text);
    if (Array.isArray(row)) return row;
  } catch {
    // said below
  }
  throw new CutAnswer(`a line of the answer is no row: ${text.slice(0, shownLengthMax)}`);
};

/**
 * Whether the engine itself says that a statement without rows is done. Whatever else may answer 200 (a proxy, a server
 * that is not the engine) does not know what the engine's last headers hold.
 */
export const isDone = ({ query_id, summary, response_headers }: CommandResult): boolean =>
  summary !== undefined && response_headers["x-clickhouse-query-id"] === query_id;
