import { err, ok, scanValue, skipWhitespace } from "@meter/primitives";
import type { Result } from "@meter/primitives";
import { eventLimits } from "./limits.ts";

export type DataBase64Error = Readonly<{
  type: "invalid_base64" | "not_an_object";
  message: string;
}>;

/**
 * The JSON text inside a data_base64 member: an object or null, without the whitespace around it. Base 64 is that of
 * RFC 4648 §4, padding mandatory; the bytes must be UTF-8. Depth counts as if the text stood in `data`.
 */
export const decodeDataBase64 = (base64: string): Result<string, DataBase64Error> => {
  const text = decodeUtf8(base64);
  if (text === null) {
    return err({ type: "invalid_base64", message: "must be base64 of UTF-8 text" });
  }
  const start = skipWhitespace(text, 0);
  const scanned = scanValue(text, start, { depthMax: eventLimits.depthMax - 1 });
  const isWhole = scanned.ok && skipWhitespace(text, scanned.value) === text.length;
  if (!isWhole || (text[start] !== "{" && text[start] !== "n")) {
    const message = "must hold a JSON object, not nested too deeply, or null";
    return err({ type: "not_an_object", message });
  }
  return ok(text.slice(start, scanned.value));
};

const decodeUtf8 = (base64: string): string | null => {
  if (base64.length % 4 !== 0 || !alphabet.test(base64)) return null;
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
  try {
    return utf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
};

const alphabet = /^[A-Za-z0-9+/]*={0,2}$/;

/** A byte order mark is content here, and then no JSON. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
