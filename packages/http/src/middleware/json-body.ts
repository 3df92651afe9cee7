import { findDuplicateMember } from "@meter/primitives";
import type { MiddlewareHandler } from "hono";
import type { HttpContext, HttpEnv } from "../env.ts";
import { problem } from "../problems/problem.ts";
import { parseMediaType } from "../wire/media-type.ts";
import { findJsonFault } from "../wire/safe-json.ts";
import { readBody, refuseBody } from "./read-body.ts";

/** For everything but events. */
export const jsonBodyBytesMax: number = 1_024 * 1_024;

/** Reads a JSON body once, within bounds, and leaves its text where the validator looks for it. No body at all counts as `{}`. */
export const readJsonBody: MiddlewareHandler<HttpEnv> = async (c, next) =>
  (await takeJson(c, { mayBeEmpty: false })) ?? next();

/** For routes that take nothing. What is sent all the same must be a JSON object, so that it can be told what is in it. */
export const readNoBody: MiddlewareHandler<HttpEnv> = async (c, next) => {
  const refused = await takeJson(c, { mayBeEmpty: true });
  if (refused !== null) return refused;
  const { jsonBody = {} } = c.var;
  if (typeof jsonBody !== "object" || jsonBody === null || Array.isArray(jsonBody))
    return problem(c, "invalid_input", { detail: "there is nothing to send here: leave the body out" });
  return next();
};

/** For reads, whose body the server does not even deliver: a question that stands there would be answered as if it did not. */
export const refuseBodyOfRead: MiddlewareHandler<HttpEnv> = async (c, next) => {
  const length = c.req.header("content-length") ?? "0";
  if (length === "0" && c.req.header("transfer-encoding") === undefined) return next();
  return problem(c, "invalid_input", { detail: `a ${c.req.method} takes no body: ask by parameters` });
};

/** Null when it is taken. An empty body may be of any type where nothing needs to be sent. */
const takeJson = async (
  c: HttpContext,
  { mayBeEmpty }: Readonly<{ mayBeEmpty: boolean }>,
): Promise<Response | null> => {
  const encoding = c.req.header("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity")
    return problem(c, "unsupported_content_encoding", {
      detail: `the content encoding ${encoding} is not supported: send the body as it is`,
    });
  const body = await readBody(c, jsonBodyBytesMax);
  if (!body.ok) return refuseBody(c, body.error);
  const text = body.value;
  if (mayBeEmpty && text === "") return null;
  const contentType = c.req.header("content-type");
  if (contentType === undefined ? text !== "" : !isJson(contentType))
    return problem(c, "unsupported_content_type", { detail: "send the body as application/json in UTF-8" });
  if (contentType !== undefined) {
    const parsed = parseJson(text === "" ? "{}" : text);
    if (parsed === invalid) return problem(c, "invalid_json", { detail: "the body is not JSON" });
    const fault = findJsonFault(parsed);
    if (fault !== null)
      return problem(c, "invalid_input", {
        detail: `the body: ${fault}`,
        validationErrors: [{ code: "illegal_json", field: "", message: fault, severity: "critical" }],
      });
    const duplicate = findDuplicateMember(text);
    if (duplicate !== null) {
      const message = `the member ${duplicate} is there twice`;
      return problem(c, "invalid_input", {
        detail: `the body: ${message}`,
        validationErrors: [{ code: "duplicate_member", field: duplicate, message, severity: "critical" }],
      });
    }
    c.set("jsonBody", parsed);
  }
  // Hono's own cache: whatever reads the body after this gets this text instead of the stream, which is used up.
  // (Its type says string; its code awaits what it finds.)
  c.req.bodyCache.text = Promise.resolve(text === "" ? "{}" : text) as unknown as string;
  return null;
};

const isJson = (contentType: string): boolean => {
  const mediaType = parseMediaType(contentType);
  return mediaType.essence === "application/json" && (mediaType.charset ?? "utf-8") === "utf-8";
};

const invalid = Symbol("invalid");
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return invalid;
  }
};
