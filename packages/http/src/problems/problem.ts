import type { TypedResponse } from "hono";
import { z } from "@hono/zod-openapi";
import type { HttpContext } from "../env.ts";
import { helpUrl } from "./help-url.ts";
import { type ProblemCode, type ProblemStatus, problemTable, problemTitles } from "./table.ts";

export type ValidationError = {
  code: string;
  /** Where: a parameter, a member path such as `groupBy.region`, or `events[3].id`. Empty: the whole. */
  field: string;
  index?: number | undefined;
  message: string;
  /** Warnings refuse only what a draft may have and a published plan may not. */
  severity: "critical" | "warning";
};

/** RFC 9457, with a code for programs and a page for people. */
export type ProblemDocument = {
  type: "about:blank";
  title: string;
  status: number;
  detail?: string | undefined;
  /** Absent only where an app answers what never became a request. */
  instance?: string | undefined;
  code: string;
  help: string;
  extensions?:
    | { validationErrors?: ValidationError[] | undefined; conflictingEntityId?: string | undefined }
    | undefined;
};

export type ProblemDetails = Readonly<{
  detail?: string;
  validationErrors?: readonly ValidationError[];
  conflictingEntityId?: string;
  retryAfterSeconds?: number;
  headers?: Readonly<Record<string, string>>;
  /** Status 501 instead of the code's own: the whole route cannot be served so far. */
  notImplemented?: boolean;
  /** For the log only: it may name machines and files. */
  reason?: string;
}>;

/** Distributes over a union of codes, so that a status which a route does not declare does not compile. */
export type ProblemResponse<Code extends ProblemCode> = Code extends ProblemCode
  ? Response & TypedResponse<ProblemDocument, ProblemStatus<Code>, "json">
  : never;

export const problemMediaType = "application/problem+json";

export const problem = <Code extends ProblemCode>(
  c: HttpContext,
  code: Code,
  details: ProblemDetails = {},
): ProblemResponse<Code> => {
  const status = details.notImplemented === true ? 501 : problemTable[code].status;
  c.set("problem", { code, ...(details.reason === undefined ? {} : { reason: details.reason }) });
  const extensions = {
    ...(details.validationErrors === undefined ? {} : { validationErrors: [...details.validationErrors] }),
    ...(details.conflictingEntityId === undefined ? {} : { conflictingEntityId: details.conflictingEntityId }),
  };
  const document: ProblemDocument = {
    type: "about:blank",
    title: problemTitles[status],
    status,
    ...(details.detail === undefined ? {} : { detail: details.detail }),
    instance: `urn:request:${c.var.requestId}`,
    code,
    help: helpUrl(code, { publicUrl: c.var.publicUrl, requestUrl: c.req.url }),
    ...(Object.keys(extensions).length === 0 ? {} : { extensions }),
  };
  const headers: Record<string, string> = { ...details.headers, "Content-Type": problemMediaType };
  if (status === 503) headers["Retry-After"] = String(details.retryAfterSeconds ?? 1);
  if (status === 401) headers["WWW-Authenticate"] = "Bearer";
  // Built from text, so that the content type is exactly the registered one; body and status are what the type says.
  return c.body(JSON.stringify(document), status, headers) as unknown as ProblemResponse<Code>;
};

const validationErrorSchema = z.object({
  code: z.string(),
  field: z.string(),
  index: z.number().int().optional(),
  message: z.string(),
  severity: z.enum(["critical", "warning"]),
});

export const problemSchema: z.ZodType<ProblemDocument> = z
  .object({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().optional(),
    instance: z.string().optional().openapi({
      example: "urn:request:01JGABCDEFGHJKMNPQRSTVWXYZ",
      description: "Names this request; its log has the same id. Absent for what never became a request.",
    }),
    code: z.string().openapi({ example: "meter_not_found" }),
    help: z.string().openapi({ example: "http://127.0.0.1:8888/problems/meter_not_found" }),
    extensions: z
      .object({
        validationErrors: z.array(validationErrorSchema).optional(),
        conflictingEntityId: z.string().optional(),
      })
      .optional(),
  })
  .openapi("Problem");

type ProblemContent = {
  description: string;
  headers?: Record<string, { description: string; schema: { type: "string" | "integer" } }>;
  content: { "application/problem+json": { schema: z.ZodType<ProblemDocument> } };
};

/** Declares the refusals of a route by their status. */
export const problems = <Status extends ProblemStatus>(
  ...statuses: readonly Status[]
): { [S in Status]: ProblemContent } =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: problemTitles[status],
        ...headersOf(status),
        content: { [problemMediaType]: { schema: problemSchema } },
      },
    ]),
  ) as { [S in Status]: ProblemContent }; // one entry for each status, by construction

const headersOf = (status: ProblemStatus): Pick<ProblemContent, "headers"> => {
  if (status === 401)
    return { headers: { "WWW-Authenticate": { description: "`Bearer`", schema: { type: "string" } } } };
  if (status !== 503) return {};
  return {
    headers: { "Retry-After": { description: "Seconds to wait before the next try", schema: { type: "integer" } } },
  };
};
