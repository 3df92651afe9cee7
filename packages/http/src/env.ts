import type { Authenticate, Principal } from "@meter/core";
import type { Context } from "hono";
import type { Gate } from "./answers/gate.ts";
import type { BodyBudget, BodyShare } from "./middleware/body-budget.ts";

/** What the shared middleware of createHttpApp puts beside each request. */
export type HttpEnv = {
  Variables: {
    /** Names the request in problem documents, in the log and in the `X-Request-Id` header. */
    requestId: string;
    authenticate: Authenticate;
    /** Where Meter is found, when that is configured. */
    publicUrl: string | null;
    /** Pattern of the route that answers; for metrics and the log. */
    route: string;
    /** Set on every route that is not public. */
    principal: Principal;
    bodyBudget: BodyBudget;
    /** What large answers pass. */
    answerGate: Gate;
    /** What the body of this request holds; set once it is read. */
    bodyShare: BodyShare;
    /** Code of the problem that was answered, and what the log is to know of it but the client is not. */
    problem: Readonly<{ code: string; reason?: string }>;
    /** What the body says, on routes that take JSON. Undefined when nothing was sent. */
    jsonBody: unknown;
    /** The OpenAPI document of everything that the app serves. */
    openApiDocument: () => object;
  };
};

export type HttpContext = Context<HttpEnv>;
