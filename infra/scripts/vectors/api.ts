import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Json } from "./json.ts";

export type Request = Readonly<{
  method: string;
  path: string;
  /** An array is a repeated parameter; null is none. */
  params?: Readonly<Record<string, Json>>;
  body?: string;
  contentType?: string;
  accept?: string;
}>;

/** `json` is undefined when the text is not JSON; `contentType` is the whole header, "" when there is none. */
export type Answer = Readonly<{ status: number; contentType: string; text: string; json: Json | undefined }>;

/** Calls a server inside one namespace. Throws when there is no answer. */
export type Api = (request: Request) => Promise<Answer>;

const callMs = 60_000;
/** How long a read may go on answering that it cannot answer yet (503), before that is its answer. */
const patienceMs = 30_000;

/** Makes a namespace of its own for each caller, so that nobody finds another's events. */
export const createNamespaces = (url: string, key: string | null): (() => Promise<Api>) => {
  const run = randomBytes(5).toString("hex");
  let made = 0;
  const root = createApi(url, key === null ? {} : { authorization: `Bearer ${key}` });
  return async () => {
    made += 1;
    const namespace = `vectors_${run}_${made}`;
    const answer = await root({
      method: "POST",
      path: "/api/v1/namespaces",
      contentType: "application/json",
      body: JSON.stringify({ key: namespace, name: namespace }),
    });
    if (answer.status !== 201) throw new Error(`no namespace: ${answer.status} ${answer.text}`);
    return createApi(url, {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      "meter-namespace": namespace,
    });
  };
};

const createApi =
  (url: string, headers: Readonly<Record<string, string>>): Api =>
  async ({ method, path, params = {}, body, contentType, accept }) => {
    const address = new URL(path, url);
    for (const [name, value] of Object.entries(params)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== null) address.searchParams.append(name, typeof one === "string" ? one : JSON.stringify(one));
      }
    }
    const until = performance.now() + patienceMs;
    for (;;) {
      const response = await fetch(address, {
        method,
        headers: {
          ...headers,
          ...(contentType === undefined ? {} : { "content-type": contentType }),
          ...(accept === undefined ? {} : { accept }),
        },
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(callMs),
      });
      const text = await response.text();
      if (response.status === 503 && performance.now() < until) {
        await sleep(250);
        continue;
      }
      const answered = response.headers.get("content-type") ?? "";
      return { status: response.status, contentType: answered, text, json: toJson(text) };
    }
  };

const toJson = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
};
