import type { AppendError, AuthenticateError, ControlUseCases, FeatureInUse } from "@meter/core";
import type { EventsError } from "@meter/events";
import { describePlanStatusError, type FieldFault, type Severity } from "@meter/catalog";
import { formatInstant } from "@meter/primitives";
import { statusAllowing, type SubscriptionLife, type SubscriptionOverlap } from "@meter/subscriptions";
import type { AnswersOverloaded } from "../answers/ask.ts";
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
  | AnswersOverloaded
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
        detail: `a key can only be given scopes that its creator holds, and root scopes only as another root key, by a root key: ${error.scopes.join(", ")}`,
      };
    case "expiry_not_grantable":
      return {
        detail: `a key cannot outlive the one that makes it, which expires at ${formatInstant(error.expiresAt)}: name that instant or an earlier one, or leave expiresAt out`,
      };
    case "api_key_not_revocable":
      return { detail: describeStrongerKey(error) };
    case "last_root_key":
      return { detail: "no root key would be left: make another one first" };
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
    case "feature_not_found":
      return { detail: `there is no feature ${error.feature}` };
    case "feature_in_use":
      return { detail: `the feature ${error.feature} cannot be archived while it is used by ${describeUses(error)}` };
    case "meter_in_use": {
      const { meter, feature, dimension } = error;
      const change =
        dimension === null
          ? `the meter ${meter} cannot be deleted while the feature ${feature}`
          : `the group-by ${dimension} of the meter ${meter} cannot be changed or removed while the feature ${feature}, which filters on it,`;
      return { detail: `${change} is used by ${describeUses(error)}` };
    }
    case "plan_not_found":
      return { detail: `there is no plan ${error.plan}` };
    case "plan_draft_exists":
      return {
        detail: `plan ${error.key} has a draft already: only a single draft version is allowed`,
        ...(error.draftId === null ? {} : { conflictingEntityId: error.draftId }),
      };
    case "plan_invalid_status":
    case "plan_deleted":
      return { detail: describePlanStatusError(error) };
    case "plan_not_publishable":
      return fromFaults(error.faults);
    case "plan_not_active":
      return {
        detail:
          `a plan can only be subscribed to while it is active, and this version is ${error.status}` +
          (error.status === "draft" ? ": publish it first, with POST /api/v1/plans/{planId}/publish" : ""),
      };
    case "plan_not_subscribable":
      return fromFaults(error.faults);
    case "timing_not_supported":
      return { detail: `a subscription cannot begin at ${error.timing}: it has no billing cycle yet` };
    case "subscription_start_too_old":
      return { detail: `a subscription can begin at ${formatInstant(error.oldest)} at the earliest` };
    case "starting_phase_not_found":
      return { detail: `the plan has no phase ${error.phaseKey}` };
    case "customer_currency_mismatch":
      return {
        detail: `the customer's currency is ${error.customerCurrency}, and the plan is priced in ${error.currency}`,
      };
    case "cancel_in_the_past":
      return { detail: `a subscription cannot end at ${formatInstant(error.at)}, which has passed` };
    case "cancel_not_aligned":
      return { detail: `${formatInstant(error.at)} is not the start of a billing period` };
    case "subscription_transition_not_allowed":
      return {
        detail: `transition ${error.transition} in state ${error.status} not allowed: it needs one that is ${statusAllowing[error.transition]}`,
      };
    case "subscription_not_found":
      return { detail: `there is no subscription ${error.subscription}` };
    case "only_single_subscription_allowed_per_customer_at_a_time":
      return describeOverlap(error);
    case "deleting_customer_with_active_subscriptions":
      return {
        detail: `the customer has subscriptions that are not over: ${sentences(error.subscriptions, error.subscriptions.length)}`,
      };
    case "invoice_not_found":
      return { detail: `there is no invoice ${error.invoice}` };
    case "invoice_action_not_available":
      return { detail: `${error.action} is not available for an invoice that is ${error.status}` };
    case "invoice_credit_used":
      return {
        detail: `what invoice ${error.invoice} made of credit, or what corrected it did, has paid for later invoices: void these first`,
      };
    case "invoice_create_no_lines":
      return { detail: "there is nothing that can be billed at that instant" };
    case "invoice_lines_not_billable":
      return {
        detail: `these lines cannot be billed at that instant, or not without what comes before them: ${sentences(error.lines, error.lines.length)}`,
      };
    case "billing_behind":
      return {
        detail: `an invoice of this customer is to be issued before${error.reason === null ? "" : `, and waits: ${error.reason}`}`,
        retryAfterSeconds: 5,
      };
    case "usage_not_read":
      return { detail: error.reason, retryAfterSeconds: 5 };
    case "conflict":
      return {
        detail: error.message,
        ...(error.conflictingId === null ? {} : { conflictingEntityId: error.conflictingId }),
      };
    case "too_many_dimensions":
      return {
        detail: `the meters of the event type ${error.eventType} have ${error.max} group-by keys together at most: leave out what nobody asks for`,
      };
    case "too_many_meters":
      return {
        detail:
          error.eventType === null
            ? `the namespace has ${error.max} meters, and no more fit`
            : `the event type ${error.eventType} has ${error.max} meters, and no more fit: group by what tells them apart`,
      };
    case "clock_not_manual":
      return { detail: "the clock is the system's: only one that METER_CLOCK=manual makes manual can be set" };
    case "clock_backwards":
      return {
        detail: `the clock stands at ${formatInstant(error.now)} and goes only forward: ${formatInstant(error.asked)} lies before that`,
      };
    case "too_many_groups":
      return {
        detail:
          `the answer has more than ${error.bound.rowsMax} rows, or ${error.bound.bytesMax} bytes: ` +
          "ask for a shorter period, larger windows, fewer keys in groupBy, or less by a filter",
      };
    case "page_too_large":
      return {
        detail: `the events of this page are together larger than ${error.bytesMax} bytes: ask for fewer by limit`,
      };
    case "answers_overloaded":
      return {
        detail: "other large answers are under way, as many as there may be at once",
        retryAfterSeconds: 5,
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
    case "disk_full":
      return {
        detail: "the disk of the server is nearly full; none of this request was taken",
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

const describeStrongerKey = ({ excess, expiresAt }: Omit<StrongerKey, "type">): string => {
  const reasons = [
    ...(excess.scopes.length === 0 ? [] : [`it has scopes that yours does not have: ${excess.scopes.join(", ")}`]),
    ...(excess.outlives && expiresAt !== null
      ? [`it outlives yours, which expires at ${formatInstant(expiresAt)}`]
      : []),
  ];
  return `this API key can do more than yours, which therefore cannot revoke it: ${reasons.join("; ")}`;
};

type StrongerKey = Extract<Refusal, { type: "api_key_not_revocable" }>;

const describeUses = ({ uses }: Pick<FeatureInUse, "uses">): string =>
  sentences(
    uses.map((use) => (use.type === "plan" ? `plan ${use.key} v${use.version}` : `subscription ${use.id}`)),
    uses.length,
  );

/** Both sides of every overlap, as the reference counts them. */
const describeOverlap = ({ subscription, others }: SubscriptionOverlap): ProblemDetails => {
  const code = "only_single_subscription_allowed_per_customer_at_a_time";
  const lives = ({ id, activeFrom, activeTo }: SubscriptionLife): string =>
    `${id} from ${formatInstant(activeFrom)} ${activeTo === null ? "on" : `to ${formatInstant(activeTo)}`}`;
  const [first] = others;
  const message = (a: SubscriptionLife, b: SubscriptionLife): string =>
    `a customer has one subscription at a time: ${lives(a)} meets ${lives(b)}`;
  return {
    ...fromFaults(
      others.flatMap((other) => [
        { code, field: "", message: message(subscription, other) },
        { code, field: "", message: message(other, subscription) },
      ]),
    ),
    ...(first === undefined
      ? {}
      : { detail: `the customer has the subscription ${lives(first)}`, conflictingEntityId: first.id }),
  };
};

/** A fault that does not say how severe it is, is critical. */
export const fromFaults = (faults: readonly (FieldFault & Readonly<{ severity?: Severity }>)[]): ProblemDetails => ({
  detail: sentences(
    faults.map(({ message }) => message),
    faults.length,
  ),
  validationErrors: faults
    .slice(0, validationErrorsMax)
    .map(({ code, field, message, severity = "critical" }) => ({ code, field, message, severity })),
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
