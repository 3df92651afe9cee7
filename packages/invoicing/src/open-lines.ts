import { assert, instant, type Instant } from "@meter/primitives";
import { periodOf } from "./draft.ts";
import type { DraftInvoice, InvoiceId } from "./invoice.ts";
import { issueAtOf } from "./lifecycle.ts";
import { totalLines } from "./totals.ts";

/** How long open lines wait until it is tried again to rate them. */
export const openLinesRetryMs = 86_400_000;

/** A draft of which nothing can be rated waits with all that is on it, from day to day. */
export const holdDraft = (draft: DraftInvoice, now: Instant): DraftInvoice => {
  assert(draft.lines.length === 0, `nothing of the draft ${draft.id} can be rated`);
  const due = issueAtOf(draft);
  const days = Math.floor((now - due) / openLinesRetryMs) + 1;
  return { ...draft, draftUntil: instant(due + days * openLinesRetryMs), waitingFor: null };
};

export type SplitDraft = Readonly<{
  /** Without open lines. */
  ready: DraftInvoice;
  /** Another one with the open lines alone, which waits. */
  left: DraftInvoice;
}>;

/** So that lines that can be rated do not wait for those that cannot. There are lines of both kinds. */
export const splitOpenLines = (
  draft: DraftInvoice,
  { id, number, now }: Readonly<{ id: InvoiceId; number: string; now: Instant }>,
): SplitDraft => {
  const { lines, openLines } = draft;
  const none = totalLines([]);
  return {
    ready: { ...draft, openLines: [], period: periodOf(lines) },
    left: holdDraft(
      { ...draft, id, number, lines: [], totals: none, period: periodOf(openLines), createdAt: now, updatedAt: now },
      now,
    ),
  };
};
