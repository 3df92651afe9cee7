import type { MiddlewareHandler } from "hono";
import type { HttpEnv } from "../env.ts";
import { problem } from "../problems/problem.ts";

/**
 * Whether a `Host` names this machine and nothing else could: `localhost`, a name below it, an address of 127.0.0.0/8 or
 * `[::1]`, with a port or without. One spelling each: no user, no zone, no trailing dot, no other form of an address.
 */
export const isLoopbackAuthority = (authority: string): boolean => {
  const host = /^(.+?)(?::\d{1,5})?$/.exec(authority.toLowerCase())?.[1] ?? "";
  return host === "[::1]" || loopbackName.test(host) || loopbackAddress.test(host);
};

const loopbackName = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*localhost$/;
const octet = "(?:\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5])";
const loopbackAddress = new RegExp(`^127\\.${octet}\\.${octet}\\.${octet}$`);

const safeMethods: readonly string[] = ["GET", "HEAD", "OPTIONS"];
/** What a browser says of a request that a page of this very origin, or nobody's page, made. */
const ownSites: readonly string[] = ["same-origin", "none"];

/**
 * For when everybody is root: nobody outside of this machine is to act through a browser on it. A name of theirs that
 * resolves to it (DNS rebinding) is no loopback name, and a page of theirs has another origin. That a browser keeps
 * answers from pages of other origins is enough for methods that change nothing.
 */
export const onlyLocal: MiddlewareHandler<HttpEnv> = async (c, next) => {
  const { host } = new URL(c.req.url); // of the request's target, when that names one
  const header = c.req.header("host");
  const foreignHost = [host, ...(header === undefined ? [] : [header])].find((named) => !isLoopbackAuthority(named));
  if (foreignHost !== undefined)
    return problem(c, "foreign_host", {
      detail: `${foreignHost} is not a name of this machine alone, and authentication is off: use localhost or 127.0.0.1, or turn it on`,
    });
  if (safeMethods.includes(c.req.method)) return next();
  const origin = c.req.header("origin");
  const site = c.req.header("sec-fetch-site");
  const foreignOrigin = origin !== undefined && originHost(origin) !== host;
  if (foreignOrigin || (site !== undefined && !ownSites.includes(site)))
    return problem(c, "foreign_origin", {
      detail: `a page of ${origin ?? "another site"} asks, and authentication is off: only what is served at ${host} may change anything from a browser`,
    });
  return next();
};

/** Null for `null`, which is what a page without an origin sends. */
const originHost = (origin: string): string | null => {
  const url = URL.parse(origin);
  return url !== null && /^https?:$/.test(url.protocol) ? url.host : null;
};
