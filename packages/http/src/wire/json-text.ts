import type { TypedResponse } from "hono";
import type { JSONParsed } from "hono/utils/types";
import type { HttpContext } from "../env.ts";

/** Answers JSON that is text already. The type says which of the route's declared answers it is. */
export const jsonText = <T>(c: HttpContext, text: string): Response & TypedResponse<JSONParsed<T>, 200, "json"> =>
  c.body(text, 200, { "Content-Type": "application/json" }) as unknown as Response &
    TypedResponse<JSONParsed<T>, 200, "json">;
