/** RFC 4180 quoting, LF line ends, a line end after the last record. Values are not changed: what a spreadsheet makes of a leading `=` is its own affair. */
export const toCsv = (records: readonly (readonly string[])[]): string =>
  records.map((record) => `${record.map(quote).join(",")}\n`).join("");

const quote = (field: string): string => (/[",\r\n]|^\s/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
