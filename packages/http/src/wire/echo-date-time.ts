/**
 * A date-time as its client wrote it, in the one spelling that Go's RFC3339Nano has for it: at most nine digits of
 * fraction without trailing zeros, capitals, and `Z` for an offset of zero.
 */
export const echoDateTime = (text: string): string => {
  const match = /^(.{19})(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text.toUpperCase());
  if (match === null) return text;
  const [, seconds = "", fraction = "", offset = ""] = match;
  const digits = fraction.slice(0, 9).replace(/0+$/, "");
  return `${seconds}${digits === "" ? "" : `.${digits}`}${/^[+-]00:00$/.test(offset) ? "Z" : offset}`;
};
