import type { AppendError, AuthenticateError, ControlUseCases } from "@meter/core";
import type { EventsError } from "@meter/events";
import type { FieldFault } from "@meter/catalog";
import type { HttpContext } from "../env.ts";
import { problem, type ProblemDetails, type ProblemResponse, type ValidationError } from "./problem.ts";

type ErrorOf<UseCase extends keyof ControlUseCases> =
  Awaited<ReturnType<ControlUseCases[UseCase]>> extends infer Answer
    ? Answer extends { ok: false; error: infer E }
      ? E
      : never
    : never;

/** Everything a use case can refuse. Its discriminant is the code of the problem. */
export type Refusal =
  | { [UseCase in keyof ControlUseCases]: ErrorOf<UseCase> }[keyof ControlUseCases]
  | AuthenticateError
  | AppendError
  | Exclude<EventsError, { type: "invalid_events" }>;

export const refuse = <E extends Refusal>(c: HttpContext, error: E): ProblemResponse<E["type"]> =>
  problem<E["type"]>(c, error.type, describe(error));

/** What a client is told about an error. */
export const describe = (error: Refusal): ProblemDetails => {
  switch (error.type) {
    case "invalid_input":
      return fromFaults(error.faults);
    case "invalid_json":
      return { detail: `the body is not JSON: ${error.reason} at offset ${error.offset}` };
    case "json_too_deep":
      return { detail: `the body is nested deeper than ${error.depthMax} levels` };
    case "no_events":
      return { detail: "no events found: the array is empty" };
    case "too_many_events":
      return { detail: `${error.count} events in one request; at most ${error.eventsMax} are accepted` };
    case "unauthenticated":
      return {
        detail: error.presented
          ? "the API key is not valid: it is unknown, expired or revoked"
          : "an API key is needed: send it as Authorization: Bearer <key>",
      };
    case "namespace_forbidden":
      return { detail: "this API key acts in its own namespace only" };
    case "namespace_not_found":
      return { detail: `no namespace has the key ${error.namespace}` };
    case "scope_not_grantable":
      return {
        detail: `a key can only be given scopes that its creator holds, and never a root scope: ${error.scopes.join(", ")}`,
      };
    case "api_key_not_found":
      return { detail: "there is no such API key" };
    case "meter_not_found":
      return { detail: `there is no meter ${error.meter}` };
    case "customer_not_found":
      return { detail: `there is no customer ${error.customers.join(", ")}` };
    case "customer_deleted":
      return { detail: `customer ${error.customer} is deleted` };
    case "subject_not_found":
      return { detail: `there is no subject ${error.subject}` };
    case "conflict":
      return {
        detail: error.message,
        ...(error.conflictingId === null ? {} : { conflictingEntityId: error.conflictingId }),
      };
    case "usage_behind":
      return {
        detail: "usage has not caught up with the accepted events in time; nothing is lost",
        retryAfterSeconds: 1,
      };
    case "usage_building":
      return {
        detail: `the meter is still reading earlier events: ${Math.floor(error.progress * 100)} % done`,
        retryAfterSeconds: 5,
      };
    case "usage_unavailable":
      return { detail: "the usage store does not answer", retryAfterSeconds: 5, reason: error.reason };
    case "log_overloaded":
      return {
        detail: "more events wait to be written than can be held; none of this request was taken",
        retryAfterSeconds: Math.max(1, Math.ceil(error.retryAfterMs / 1_000)),
      };
    case "log_unavailable":
      return {
        detail: "the event log cannot be written; send the same events again, they count once",
        retryAfterSeconds: 5,
        reason: error.reason,
      };
  }
};

export const fromFaults = (faults: readonly FieldFault[]): ProblemDetails => ({
  detail: sentences(
    faults.map(({ message }) => message),
    faults.length,
  ),
  validationErrors: faults
    .slice(0, validationErrorsMax)
    .map(({ code, field, message }) => critical({ code, field, message })),
});

const validationErrorsMax = 100;
const sentencesMax = 5;

/** The first five, and how many more there are. */
export const sentences = (messages: readonly string[], total: number): string => {
  const shown = messages.slice(0, sentencesMax).join("; ");
  return total > sentencesMax ? `${shown}; and ${total - sentencesMax} more` : shown;
};

export const critical = (error: Omit<ValidationError, "severity">): ValidationError => ({
  ...error,
  severity: "critical",
});
