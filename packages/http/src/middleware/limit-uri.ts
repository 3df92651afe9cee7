import type { MiddlewareHandler } from "hono";
import type { HttpEnv } from "../env.ts";
import { problem } from "../problems/problem.ts";

/** Characters of path and query together. */
export const uriLengthMax = 16_384;

/** Refuses addresses that are too long, and NUL in them, which no store of ours could hold. */
export const limitUri: MiddlewareHandler<HttpEnv> = async (c, next) => {
  const { url } = c.req;
  if (url.length > uriLengthMax)
    return problem(c, "uri_too_long", { detail: `the address is longer than ${uriLengthMax} characters` });
  if (url.includes("%00")) return problem(c, "invalid_input", { detail: "the address holds a NUL character" });
  return next();
};
