import { addDuration, periodAt, utc } from "@meter/primitives";
import type { Instant, IsoDuration, Period } from "@meter/primitives";

import { clampInstant, clipPeriod, earlierEnd, spanContains } from "./span.ts";
import type { Span } from "./span.ts";
import type { ItemPath, Subscription, SubscriptionItem, SubscriptionPhase } from "./subscription.ts";

/** What a timeline is made of. */
export type Timed = Pick<Subscription, "activeFrom" | "activeTo" | "phases">;

export type PhaseSpan = Readonly<{ phase: SubscriptionPhase; span: Span }>;

export type ItemSpan = Readonly<{
  path: ItemPath;
  item: SubscriptionItem;
  /** When this version is in force. */
  span: Span;
  /** The span of its phase. */
  phaseSpan: Span;
}>;

/**
 * The phases in time, in their order. A phase begins so long after the start of the subscription as it says, in UTC, and
 * ends where the next one begins or with the subscription, but never before its own start: a phase that would begin after
 * the end is empty at its start.
 */
export const phaseSpans = ({ activeFrom, activeTo, phases }: Timed): readonly PhaseSpan[] => {
  const starts = phases.map(({ startAfter }) => addDuration(activeFrom, startAfter, utc));
  return phases.map((phase, index) => {
    const start = starts[index] ?? activeFrom;
    const end = earlierEnd(starts[index + 1] ?? null, activeTo);
    return { phase, span: { start, end: end !== null && end < start ? start : end } };
  });
};

/** The phase in force at an instant; null before the start and from the end on. */
export const phaseAt = (subscription: Timed, at: Instant): PhaseSpan | null =>
  phaseSpans(subscription).find(({ span }) => spanContains(span, at)) ?? null;

/**
 * Every version of every item in time, by phase and then in the order of the phase. A version lies within its phase; one that
 * would begin after its phase has ended is empty at that end.
 */
export const itemSpans = (subscription: Timed): readonly ItemSpan[] =>
  phaseSpans(subscription).flatMap(({ phase, span: phaseSpan }) =>
    phase.items.map((item) => ({
      path: { phaseKey: phase.key, itemKey: item.key, version: item.version },
      item,
      span: itemSpan(item, phaseSpan),
      phaseSpan,
    })),
  );

/**
 * The billing period in force at an instant: the cadence counted from the anchor, cut to the phase. Null before the start
 * and from the end on.
 */
export const billingPeriodAt = (
  subscription: Timed & Pick<Subscription, "billingCadence" | "billingAnchor">,
  at: Instant,
): Period | null => {
  const phase = phaseAt(subscription, at);
  if (phase === null) return null;
  const recurrence = {
    interval: subscription.billingCadence,
    anchor: subscription.billingAnchor,
    timeZone: utc,
  };
  return clipPeriod(periodAt(recurrence, at), phase.span);
};

/** Part by part, each with its own sign; nothing is carried over. */
export const sumDurations = (a: IsoDuration, b: IsoDuration): IsoDuration => ({
  years: a.years + b.years,
  months: a.months + b.months,
  weeks: a.weeks + b.weeks,
  days: a.days + b.days,
  hours: a.hours + b.hours,
  minutes: a.minutes + b.minutes,
  seconds: a.seconds + b.seconds,
});

const itemSpan = ({ activeFromOverride, activeToOverride }: SubscriptionItem, phase: Span): Span => {
  const after = (duration: IsoDuration): Instant => addDuration(phase.start, duration, utc);
  const start = activeFromOverride === null ? phase.start : clampInstant(after(activeFromOverride), phase);
  const end = activeToOverride === null ? phase.end : earlierEnd(after(activeToOverride), phase.end);
  return { start, end: end !== null && end < start ? start : end };
};
