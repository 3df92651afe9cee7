import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import type { Config } from "@meter/core";
import { FatalError } from "./fatal-error.ts";

export type Fetch = (request: Request) => Response | Promise<Response>;

export type HttpServer = Readonly<{
  url: string;
  /** What answers from now on; until then every request but /healthz gets 503. */
  handle: (fetch: Fetch) => void;
  /** Accepts nothing more, answers 503 on connections that are kept, lets requests under way end, and cuts what is left after `timeoutMs`. Safe to call twice. */
  close: (timeoutMs: number) => Promise<void>;
}>;

/** A 503 of the app itself, worded as the API words its refusals. */
export const unavailable = (
  code: "starting" | "store_unavailable",
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  Response.json(
    {
      type: "about:blank",
      title: "Service Unavailable",
      status: 503,
      detail,
      code,
      help: `/problems/${code}`,
    },
    { status: 503, headers: { ...headers, "content-type": "application/problem+json", "retry-after": "1" } },
  );

const starting: Fetch = (request) =>
  new URL(request.url).pathname === "/healthz"
    ? Response.json({ status: "ok" })
    : unavailable("starting", "Meter is starting or stopping", { connection: "close" });

/** Takes the address at once, so that a port in use is found before anything else is started. */
export const listen = ({ host, port }: Pick<Config, "host" | "port">): Promise<HttpServer> =>
  new Promise((resolve, reject) => {
    let fetch = starting;
    const hostname = host.replace(/^\[|\]$/g, "");
    const server = serve({ fetch: (request) => fetch(request), hostname, port }, (address) => {
      const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
      resolve({
        url: `http://${shown}:${address.port}`,
        handle: (handler) => {
          fetch = handler;
        },
        close: (timeoutMs) => {
          fetch = starting; // for what still comes over connections that are kept
          return close(server as Server, timeoutMs);
        },
      });
    });
    server.on("error", (error: NodeJS.ErrnoException) => reject(new FatalError(explain(error, hostname, port))));
  });

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
