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
  return repeated ? "must be given once" : toWords(issue);
};

/** What zod says by itself, for whoever has never heard of zod; what a schema says is left as it is. */
const toWords = (issue: Issue): string => {
  const [, received] = /^Invalid input: expected .*, received (\w+)$/.exec(issue.message) ?? [];
  if (received === "undefined") return "is required";
  if (issue.code === "invalid_type" && received !== undefined) {
    const wanted = `must be ${kinds[issue.expected] ?? issue.expected}`;
    return issue.expected === "int" || received === "NaN" ? wanted : `${wanted}, not ${kinds[received] ?? received}`;
  }
  if (issue.code === "invalid_value" && issue.message.startsWith("Invalid ")) return mustBe(issue.values);
  if (issue.code === "invalid_union" && "options" in issue && issue.message.startsWith("Invalid "))
    return mustBe(issue.options as readonly unknown[]); // zod's types have not yet what its discriminated unions report
  const [, what, bound] = /^Too (?:small|big): expected \w+ to (have|be) (.+)$/.exec(issue.message) ?? [];
  if (bound !== undefined)
    return `must ${what} ${bound
      .replace(">=", "at least ")
      .replace("<=", "at most ")
      .replace(">", "more than ")
      .replace("<", "less than ")
      .replace(/\b1 (item|character)s$/, "1 $1")}`;
  return issue.message;
};

const mustBe = (values: readonly unknown[]): string =>
  values.length === 1 ? `must be ${String(values[0])}` : `must be one of ${values.join(", ")}`;

const kinds: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "an array",
};

/** `phases[0].rateCards[1].price`. */
export const formatPath = (path: readonly PropertyKey[]): string =>
  path.map((step, at) => (typeof step === "number" ? `[${step}]` : `${at === 0 ? "" : "."}${String(step)}`)).join("");

const nameOf = (target: string): string => (target === "json" ? "the body" : target);
