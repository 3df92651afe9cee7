import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { Connect } from "./connection.ts";

/**
 * What happens to a request or its answer on the way. `cut`: of the answer's body, so many bytes come; then it ends as if
 * that were all (`well`) or the connection breaks (`torn`). `nothing`: somebody else answers 200 with an empty body.
 * `short`: so many bytes of the request's body reach the engine, ended well.
 */
export type Fault =
  | Readonly<{ type: "cut"; bytes: number; end: "well" | "torn" }>
  | Readonly<{ type: "nothing" }>
  | Readonly<{ type: "short"; bytes: number }>;

/** Stands between client and engine. `fault` is asked for each request, from zero; null lets it pass. */
export type CuttingProxy = Readonly<{
  connect: Connect;
  asked: () => number;
  stop: () => Promise<void>;
}>;

export const startCuttingProxy = async (
  engine: Connect,
  fault: (asked: number) => Fault | null,
): Promise<CuttingProxy> => {
  let asked = 0;
  const server = createServer((incoming, outgoing) => {
    const now = fault(asked++);
    if (now?.type === "nothing") {
      incoming.resume().on("end", () => outgoing.end());
      return;
    }
    void pass(incoming, outgoing, now, engine).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    connect: async () => ({ ...(await engine()), url: `http://127.0.0.1:${port}` }),
    asked: () => asked,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const pass = async (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: Exclude<Fault, { type: "nothing" }> | null,
  engine: Connect,
): Promise<void> => {
  const { hostname, port } = new URL((await engine()).url);
  const sent = await bytesOf(incoming);
  const { "transfer-encoding": _, "content-length": __, ...headers } = incoming.headers;
  const upstream = request({ hostname, port, method: incoming.method, path: incoming.url, headers, agent: false });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.on("response", resolve).on("error", reject);
  });
  upstream.end(fault?.type === "short" ? sent.subarray(0, fault.bytes) : sent);
  const answer = await answered;
  const body = await bytesOf(answer);
  outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
  if (fault?.type !== "cut") return void outgoing.end(body);
  outgoing.flushHeaders();
  const some = body.subarray(0, fault.bytes);
  if (fault.end === "well") return void outgoing.end(some);
  outgoing.write(some, () => outgoing.destroy());
};

const bytesOf = async (message: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer); // an HTTP message without an encoding gives buffers
  return Buffer.concat(parts);
};
