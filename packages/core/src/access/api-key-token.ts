import { isUlid } from "@meter/primitives";
import type { ApiKeyId } from "./api-key.ts";
import type { Crypto } from "../shared/sources.ts";

/** `mtr_<key id, lower case>_<secret>`: the id finds the key, the secret (32 random bytes, base64url, 43 characters) proves it. */
export type ApiKeyToken = Readonly<{ id: ApiKeyId; secret: string }>;

const tokenPattern = /^mtr_([0-7][0-9a-hjkmnp-tv-z]{25})_([A-Za-z0-9_-]{43})$/;
const secretBytes = 32;

export const parseApiKeyToken = (text: string): ApiKeyToken | null => {
  const match = tokenPattern.exec(text);
  const id = match?.[1]?.toUpperCase();
  const secret = match?.[2];
  if (id === undefined || secret === undefined || !isUlid(id)) return null;
  return { id: id as ApiKeyId, secret }; // a ULID that is used as a key's id: whether such a key exists is the store's answer
};

export const formatApiKeyToken = (token: ApiKeyToken): string => `mtr_${token.id.toLowerCase()}_${token.secret}`;

export const createSecret = (crypto: Crypto): string =>
  btoa(String.fromCharCode(...crypto.randomBytes(secretBytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

/** SHA-256 of the secret's text. */
export const hashSecret = (crypto: Pick<Crypto, "sha256">, secret: string): Uint8Array =>
  crypto.sha256(new TextEncoder().encode(secret));

/** Compares all bytes, whichever differ: the time taken says nothing about where. */
export const equalHashes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at += 1) difference |= (a[at] ?? 0) ^ (b[at] ?? 0); // `at` is below both lengths
  return difference === 0;
};
