import type { Instant } from "@meter/primitives";

/**
 * A parsed, trusted event as its producer sent it. All strings are well-formed Unicode; id, source, type and subject
 * are not empty. `data` is the JSON text exactly as sent (an object, or the text "null"), so that no number loses a
 * digit; null when there was no data member.
 */
export type UsageEvent = Readonly<{
  id: string;
  source: string;
  type: string;
  subject: string;
  time: Instant;
  data: string | null;
}>;

/** What the log carries: the event, whose it is, and when it was accepted. */
export type AcceptedEvent = UsageEvent & Readonly<{ namespace: string; ingestedAt: Instant }>;
