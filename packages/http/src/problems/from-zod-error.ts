import type { z } from "@hono/zod-openapi";
import type { ProblemDetails, ValidationError } from "./problem.ts";
import { critical, sentences } from "./refuse.ts";

type Issue = z.core.$ZodIssue;

/** Names each wrong parameter or member of the body. */
export const fromZodError = (target: string, error: { issues: readonly Issue[] }): ProblemDetails => {
  const errors = error.issues.slice(0, 100).map((issue) => toValidationError(target, issue));
  return {
    detail: sentences(
      errors.map(({ field, message }) => (field === "" ? `${nameOf(target)}: ${message}` : `${field}: ${message}`)),
      error.issues.length,
    ),
    validationErrors: errors,
  };
};

const toValidationError = (target: string, issue: Issue): ValidationError =>
  critical({
    code: issue.code === "custom" ? "invalid" : issue.code,
    field: formatPath(issue.path),
    message: messageOf(target, issue),
  });

const messageOf = (target: string, issue: Issue): string => {
  const repeated =
    target === "query" &&
    issue.code === "invalid_type" &&
    issue.input === undefined &&
    /received array/.test(issue.message);
  return repeated ? "must be given once" : issue.message;
};

/** `phases[0].rateCards[1].price`. */
export const formatPath = (path: readonly PropertyKey[]): string =>
  path.map((step, at) => (typeof step === "number" ? `[${step}]` : `${at === 0 ? "" : "."}${String(step)}`)).join("");

const nameOf = (target: string): string => (target === "json" ? "the body" : target);
