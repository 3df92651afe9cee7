import { createServer, maxHeaderSize, type Server, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener, type HttpBindings, RequestError, serve } from "@hono/node-server";
import type { Config } from "@meter/core";
import { helpUrl, type ProblemCode } from "@meter/http";
import { FatalError } from "./fatal-error.ts";

export type Fetch = (request: Request) => Response | Promise<Response>;

export type HttpServer = Readonly<{
  url: string;
  /** What answers from now on; until then every request but /healthz gets 503. */
  handle: (fetch: Fetch) => void;
  /** Accepts nothing more, answers 503 on connections that are kept, lets requests under way end, and cuts what is left after `timeoutMs`. Safe to call twice. */
  close: (timeoutMs: number) => Promise<void>;
}>;

export type ConnectionLimits = Readonly<{
  /** Connections whose requests are worked on. */
  connectionsMax: number;
  /** Connections beyond them that are told so; others are closed at once. */
  refusedConnectionsMax: number;
  /** From the start of a connection or a request to the end of its headers. */
  headersMsMax: number;
  /** From the start of a request to the end of its body: more than what reads the body allows, so that this answers first. */
  requestMsMax: number;
  /** How long an answer may wait for its client to take more of it. */
  stalledMsMax: number;
}>;

export const connectionLimits: ConnectionLimits = {
  connectionsMax: 2_000,
  refusedConnectionsMax: 200,
  headersMsMax: 15_000,
  requestMsMax: 90_000,
  stalledMsMax: 60_000,
};

/** A 503 of the app itself, worded as the API words its refusals. */
export const unavailable = (
  code: "starting" | "store_unavailable" | "connections_overloaded",
  detail: string,
  help: string,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  new Response(toDocument({ code, status: 503, detail, help, requestId: headers["x-request-id"] }), {
    status: 503,
    headers: { ...headers, "content-type": "application/problem+json", "retry-after": "1" },
  });

const toResponse = (refusal: Refusal & Readonly<{ help: string }>): Response =>
  new Response(toDocument(refusal), {
    status: refusal.status,
    headers: { "content-type": "application/problem+json", connection: "close" },
  });

type Refusal = Readonly<{ status: number; code: ProblemCode; detail: string }>;

const toDocument = ({
  code,
  status,
  detail,
  help,
  requestId,
}: Refusal & Readonly<{ help: string; requestId?: string | undefined }>): string => {
  const instance = requestId === undefined ? {} : { instance: `urn:request:${requestId}` };
  return JSON.stringify({ type: "about:blank", title: STATUS_CODES[status], status, detail, ...instance, code, help });
};

const startingAt =
  (publicUrl: string | null): Fetch =>
  (request) =>
    new URL(request.url).pathname === "/healthz"
      ? Response.json({ status: "ok" })
      : unavailable(
          "starting",
          "Meter is starting or stopping",
          helpUrl("starting", { publicUrl, requestUrl: request.url }),
          { connection: "close" },
        );

/** Takes the address at once, so that a port in use is found before anything else is started. */
export const listen = (
  { host, port, publicUrl }: Pick<Config, "host" | "port" | "publicUrl">,
  limits: ConnectionLimits = connectionLimits,
): Promise<HttpServer> =>
  new Promise((resolve, reject) => {
    const starting = startingAt(publicUrl);
    let fetch = starting;
    const hostname = host.replace(/^\[|\]$/g, "");
    const surplus = new WeakSet<Socket>();
    const answer = (request: Request, { incoming }: HttpBindings): Response | Promise<Response> =>
      surplus.has(incoming.socket)
        ? unavailable(
            "connections_overloaded",
            `${limits.connectionsMax} connections are open, as many as there may be`,
            helpUrl("connections_overloaded", { publicUrl, requestUrl: request.url }),
            { connection: "close" },
          )
        : fetch(request);
    const serverOptions = {
      headersTimeout: limits.headersMsMax,
      requestTimeout: limits.requestMsMax,
      connectionsCheckingInterval: Math.min(1_000, limits.headersMsMax),
    };
    const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
    const urlOf = (at: number): string => `http://${shown}:${at}`;
    let bound = port; // 0 until any free one is taken
    /** Of a request whose host or target is none, so that it has no address either; all else is answered by the app. */
    const refuseRequest = (error: unknown): Response =>
      error instanceof RequestError
        ? toResponse({
            status: 400,
            code: "malformed_request",
            detail: `this is not a request of HTTP/1.1: ${error.message}`,
            help: helpUrl("malformed_request", { publicUrl, requestUrl: urlOf(bound) }),
          })
        : new Response(null, { status: 500 });
    const listener = getRequestListener(answer as never, { hostname, errorHandler: refuseRequest });
    // An HTTP/1.1 server, with a listener that can be told what to answer when there is no request to hand on.
    const create = (options: object): Server =>
      createServer(options, (incoming, outgoing) => void listener(incoming, outgoing));
    const server = serve(
      { fetch: answer as never, hostname, port, serverOptions, createServer: create as never },
      (address) => {
        bound = address.port;
        resolve({
          url: urlOf(bound),
          handle: (handler) => {
            fetch = handler;
          },
          close: (timeoutMs) => {
            fetch = starting; // for what still comes over connections that are kept
            return close(server, timeoutMs);
          },
        });
      },
    ) as Server;
    boundConnections(server, surplus, limits);
    server.on("clientError", refuseConnections(publicUrl));
    server.on("error", (error: NodeJS.ErrnoException) => reject(new FatalError(explain(error, hostname, port))));
  });

/** Marks those beyond the bound, and cuts those whose client takes nothing of its answer any more. */
const boundConnections = (server: Server, surplus: WeakSet<Socket>, limits: ConnectionLimits): void => {
  const open = new Map<Socket, Readonly<{ waiting: number; written: number; since: number }>>();
  server.maxConnections = limits.connectionsMax + limits.refusedConnectionsMax;
  server.on("connection", (socket) => {
    if (open.size >= limits.connectionsMax) surplus.add(socket);
    else open.set(socket, { waiting: 0, written: 0, since: 0 });
    socket.once("close", () => open.delete(socket));
  });
  const look = setInterval(() => {
    const now = performance.now();
    for (const [socket, before] of open) {
      const { writableLength: waiting, bytesWritten: written } = socket;
      if (waiting === 0 || waiting !== before.waiting || written !== before.written)
        open.set(socket, { waiting, written, since: now });
      else if (now - before.since >= limits.stalledMsMax) socket.destroy();
    }
  }, limits.stalledMsMax / 12);
  look.unref();
  server.once("close", () => clearInterval(look));
};

/** What is no request, or not in time, is answered as the API words its refusals; the connection ends with it. */
const refuseConnections =
  (publicUrl: string | null) =>
  (error: NodeJS.ErrnoException, socket: Socket & { _httpMessage?: unknown }): void => {
    const answered = (socket._httpMessage as { headersSent?: boolean } | null | undefined)?.headersSent === true;
    if (error.code === "ECONNRESET" || !socket.writable || answered) {
      socket.destroy();
      return;
    }
    const { status, code, detail } = toRefusal(error);
    // It has named no host that could be read: the address that it reached is one.
    const { localAddress = "", localPort } = socket;
    const requestUrl = `http://${localAddress.includes(":") ? `[${localAddress}]` : localAddress}:${localPort}`;
    const body = toDocument({ status, code, detail, help: helpUrl(code, { publicUrl, requestUrl }) });
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
    socket.destroySoon();
  };

const toRefusal = (
  error: NodeJS.ErrnoException & { reason?: string },
): Readonly<{ status: number; code: ProblemCode; detail: string }> => {
  switch (error.code ?? "") {
    case "HPE_HEADER_OVERFLOW":
      return {
        status: 431,
        code: "headers_too_large",
        detail: `the address and the headers are together larger than ${maxHeaderSize} bytes`,
      };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return {
        status: 408,
        code: "request_timeout",
        detail: "the request was not whole in time; none of it was taken",
      };
    default:
      return {
        status: 400,
        code: "malformed_request",
        detail: `this is not a request of HTTP/1.1: ${error.reason ?? error.message}`,
      };
  }
};

const explain = (error: NodeJS.ErrnoException, host: string, port: number): string => {
  switch (error.code ?? "") {
    case "EADDRINUSE":
      return `METER_PORT: port ${port} on ${host} is in use; stop what uses it or choose another port`;
    case "EACCES":
      return `METER_PORT: port ${port} may not be used by this user; choose one above 1023`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `METER_HOST: ${host} is not an address of this machine`;
    default:
      return `METER_HOST, METER_PORT: cannot listen on ${host}:${port}: ${error.message}`;
  }
};

/** How often connections that have become idle are looked for. */
const idleStepMs = 50;

const close = (server: Server, timeoutMs: number): Promise<void> =>
  new Promise((resolve) => {
    if (!server.listening) return resolve();
    const idle = setInterval(() => server.closeIdleConnections(), idleStepMs);
    const cut = setTimeout(() => server.closeAllConnections(), timeoutMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
