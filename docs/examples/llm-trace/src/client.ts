/** The public API as this example uses it: plain HTTP, nothing of Meter's own code. */
export type Client = Readonly<{
  get: (path: string, query?: Readonly<Record<string, string | readonly string[]>>) => Promise<unknown>;
  /** 409 is an answer: what is to be made is there already, or something is against it. Other failures throw. */
  post: (path: string, body: unknown, contentType?: string) => Promise<Answer>;
  put: (path: string, body: unknown) => Promise<Answer>;
}>;

export type Answer = Readonly<{ status: number; body: unknown }>;

const triesMax = 30;

/** Requests are repeated after a 503 and a broken connection: every one of them is safe to repeat. */
export const createClient = (baseUrl: string, apiKey: string | undefined): Client => {
  const send = async (
    path: string,
    init: Omit<RequestInit, "headers"> & { headers?: Readonly<Record<string, string>> },
  ): Promise<Answer> => {
    for (let tries = 1; ; tries++) {
      const answer = await fetch(new URL(path, baseUrl), {
        ...init,
        headers: { ...init.headers, ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) },
      }).catch(() => null);
      if (answer === null && tries === triesMax)
        throw new Error(`nothing answers at ${baseUrl}: does Meter run there?`);
      if (answer === null || (answer.status === 503 && tries < triesMax)) {
        const seconds = Number(answer?.headers.get("retry-after") ?? 1);
        await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
        continue;
      }
      const text = await answer.text();
      const body = toJson(text);
      if (answer.status >= 400 && answer.status !== 409)
        throw new Error(`${init.method ?? "GET"} ${path} answered ${answer.status}: ${explain(body) ?? text}`);
      return { status: answer.status, body };
    }
  };
  return {
    get: async (path, query = {}) => {
      const parameters = new URLSearchParams(
        Object.entries(query).flatMap(([name, value]) =>
          typeof value === "string" ? [[name, value]] : value.map((one) => [name, one]),
        ),
      );
      const { status, body } = await send(parameters.size === 0 ? path : `${path}?${parameters.toString()}`, {});
      if (status === 409) throw new Error(`GET ${path} answered 409: ${JSON.stringify(body)}`);
      return body;
    },
    post: (path, body, contentType = "application/json") =>
      send(path, { method: "POST", headers: { "content-type": contentType }, body: JSON.stringify(body) }),
    put: (path, body) =>
      send(path, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  };
};

/** Null where there is none: what answers may be no Meter. */
const toJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** What a problem document says. */
const explain = (body: unknown): string | null =>
  typeof body === "object" && body !== null && "detail" in body && typeof body.detail === "string" ? body.detail : null;
