import type { Instant, Period } from "@meter/primitives";

/** From `start` on; until `end`, exclusive; null: no end is known. Never end < start; start === end is empty. */
export type Span = Readonly<{ start: Instant; end: Instant | null }>;

export const spanContains = ({ start, end }: Span, at: Instant): boolean => start <= at && (end === null || at < end);

export const isEmptySpan = ({ start, end }: Span): boolean => end !== null && end <= start;

/** Whether both hold some instant in common; touching is not overlapping, and an empty span overlaps nothing. */
export const spansOverlap = (a: Span, b: Span): boolean =>
  !isEmptySpan(a) && !isEmptySpan(b) && (b.end === null || a.start < b.end) && (a.end === null || b.start < a.end);

/** The earlier of two ends, where null is later than every instant. */
export const earlierEnd = (a: Instant | null, b: Instant | null): Instant | null => {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
};

/** The instant, moved to the nearer edge when it lies outside. The end counts as an edge. */
export const clampInstant = (at: Instant, { start, end }: Span): Instant => {
  const low = at < start ? start : at;
  return end !== null && end < low ? end : low;
};

/** What of a period lies in a span; empty, at the nearer edge of the span, when they do not meet. */
export const clipPeriod = (period: Period, span: Span): Period => ({
  start: clampInstant(period.start, span),
  end: clampInstant(period.end, span),
});
