import type { Row } from "./connection.ts";
import { turns } from "./turns.ts";

/** About the size of what is handed to the socket at a time. */
const chunkLength = 256 * 1024;

/**
 * Rows as `JSONCompactEachRow`, in pieces: what a large insert becomes need not fit into one text. It is all there before
 * anything is sent, so that a row that cannot be written down rejects while nothing has happened. One row of several
 * megabytes takes as long as it takes.
 */
export const encodeRows = async <T>(rows: readonly T[], toRow: (row: T) => Row): Promise<readonly Buffer[]> => {
  const chunks: Buffer[] = [];
  let text = "";
  for (const row of rows) {
    if (turns.due()) await turns.next();
    text += `${JSON.stringify(toRow(row))}\n`;
    if (text.length < chunkLength) continue;
    chunks.push(Buffer.from(text));
    text = "";
  }
  chunks.push(Buffer.from(text));
  return chunks;
};
