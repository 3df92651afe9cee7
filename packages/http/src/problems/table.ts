/**
 * Every refusal there is: its code (the discriminant of the error, and the name of its page in docs/problems) and its status.
 * The codes are part of the wire: they are added to, never renamed.
 */
export const problemTable = {
  invalid_input: { status: 400 },
  invalid_json: { status: 400 },
  json_too_deep: { status: 400 },
  invalid_utf8: { status: 400 },
  invalid_events: { status: 400 },
  no_events: { status: 400 },
  invalid_cursor: { status: 400 },
  unknown_customer: { status: 400 },
  unsupported_content_type: { status: 400 },
  unauthenticated: { status: 401 },
  scope_missing: { status: 403 },
  scope_not_grantable: { status: 403 },
  namespace_forbidden: { status: 403 },
  not_found: { status: 404 },
  namespace_not_found: { status: 404 },
  api_key_not_found: { status: 404 },
  meter_not_found: { status: 404 },
  customer_not_found: { status: 404 },
  subject_not_found: { status: 404 },
  method_not_allowed: { status: 405 },
  conflict: { status: 409 },
  customer_deleted: { status: 412 },
  body_too_large: { status: 413 },
  too_many_events: { status: 413 },
  uri_too_long: { status: 414 },
  unsupported_content_encoding: { status: 415 },
  internal_error: { status: 500 },
  usage_behind: { status: 503 },
  usage_building: { status: 503 },
  usage_unavailable: { status: 503 },
  log_overloaded: { status: 503 },
  log_unavailable: { status: 503 },
  /** Answered by an app in place of everything while it starts or stops. */
  starting: { status: 503 },
  /** Answered by an app when a request failed because the control-plane database was away. */
  store_unavailable: { status: 503 },
} as const;

export type ProblemCode = keyof typeof problemTable;
export type ProblemStatus<Code extends ProblemCode = ProblemCode> = (typeof problemTable)[Code]["status"];

/** With the type `about:blank` the title is the phrase of the status (RFC 9457, 4.2.1). */
export const problemTitles: Readonly<Record<ProblemStatus, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  412: "Precondition Failed",
  413: "Content Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

export const isProblemCode = (text: string): text is ProblemCode => Object.hasOwn(problemTable, text);
