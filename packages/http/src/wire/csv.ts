/** A cell is text, or a number in our own spelling. */
export type CsvCell = string | Readonly<{ number: string }>;

/**
 * One record in the quoting of RFC 4180, with an LF at its end. A text that a spreadsheet would take for a formula gets a
 * leading `'`; numbers stay as they are, also negative ones.
 */
export const toCsvRecord = (cells: readonly CsvCell[]): string =>
  `${cells.map((cell) => (typeof cell === "string" ? quote(defuse(cell)) : cell.number)).join(",")}\n`;

const defuse = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

const quote = (field: string): string => (/[",\r\n]|^\s/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
