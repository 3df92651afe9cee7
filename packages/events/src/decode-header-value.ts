/**
 * The text of a CloudEvents attribute in an HTTP header: first double-quoted stretches are unescaped (RFC 7230, 3.2.6), then
 * what is percent-encoded is decoded, once (HTTP Protocol Binding 1.0.2, 3.1.3.2). Null for what is no such text: a character
 * outside printable ASCII, a quote that does not close, a % without two hexadecimal digits, bytes that are not UTF-8.
 */
export const decodeHeaderValue = (value: string): string | null => {
  if (!legal.test(value)) return null;
  const unquoted = value.replaceAll(quoted, (stretch) => stretch.slice(1, -1).replaceAll(escaped, "$1"));
  try {
    return decodeURIComponent(unquoted);
  } catch {
    return null;
  }
};

/** Printable ASCII and tabs, double quotes in pairs, and a backslash before whatever it escapes between them. */
const legal = /^(?:[\t !\x23-\x7e]|"(?:[\t !\x23-\x5b\x5d-\x7e]|\\[\t\x20-\x7e])*")*$/;
const quoted = /"(?:[^"\\]|\\.)*"/g;
const escaped = /\\(.)/g;
