import { setImmediate as nextTurn } from "node:timers/promises";
import type { Row } from "./connection.ts";

/** How long rows are written down before the event loop goes round. One row of several megabytes takes as long as it takes. */
const turnMs = 5;

/** About the size of what is handed to the socket at a time. */
const chunkLength = 256 * 1024;

/**
 * Rows as `JSONCompactEachRow`, in pieces: what a large insert becomes need not fit into one text. It is all there before
 * anything is sent, so that a row that cannot be written down rejects while nothing has happened.
 */
export const encodeRows = async <T>(rows: readonly T[], toRow: (row: T) => Row): Promise<readonly Buffer[]> => {
  const chunks: Buffer[] = [];
  let text = "";
  let startedAt = performance.now();
  for (const row of rows) {
    text += `${JSON.stringify(toRow(row))}\n`;
    if (text.length < chunkLength) continue;
    chunks.push(Buffer.from(text));
    text = "";
    if (performance.now() - startedAt < turnMs) continue;
    await nextTurn();
    startedAt = performance.now();
  }
  chunks.push(Buffer.from(text));
  return chunks;
};
