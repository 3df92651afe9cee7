import type { MiddlewareHandler } from "hono";
import type { HttpEnv } from "../env.ts";
import { problem } from "../problems/problem.ts";
import { fromFaults } from "../problems/refuse.ts";
import { notSupportedYet } from "../wire/not-supported-yet.ts";
import { repeatable } from "./ignored.ts";

/** By these a client makes what it asks for depend on something; to do it all the same would do what it did not ask for. */
const conditions: readonly string[] = [
  "If-Match",
  "If-None-Match",
  "If-Unmodified-Since",
  "X-HTTP-Method-Override",
  "X-HTTP-Method",
  "X-Method-Override",
];
const idempotencyKey = "Idempotency-Key";

/** Refuses headers that a write cannot honour. Reads may leave conditions aside (RFC 9110, 13.1). */
export const refuseHeaders = (method: string, operationId: string): MiddlewareHandler<HttpEnv> => {
  const refused = [...conditions, ...(method === "post" && !repeatable.includes(operationId) ? [idempotencyKey] : [])];
  return async (c, next) => {
    const sent = refused.filter((name) => c.req.header(name) !== undefined);
    if (sent.length === 0) return next();
    return problem(c, "not_supported_yet", fromFaults(sent.map((name) => notSupportedYet(name, `the header ${name}`))));
  };
};
