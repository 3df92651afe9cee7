import { type DraftInvoice, draftSequenceOf, issueAtOf, needsUsage } from "@meter/invoicing";
import type { Instant } from "@meter/primitives";
import { nextDueAt } from "@meter/subscriptions";
import type { BilledSubscription, BillingTx } from "./billing-store.ts";

/** What a customer's billing consists of at the moment. */
export type State = Readonly<{ subscriptions: readonly BilledSubscription[]; drafts: readonly DraftInvoice[] }>;

export const loadState = async (tx: Pick<BillingTx, "listSubscriptions" | "listDrafts">): Promise<State> => ({
  subscriptions: await tx.listSubscriptions(),
  drafts: await tx.listDrafts(),
});

/** When the customer's billing is due next; null: never, as things are. */
export const dueOf = (state: State): Instant | null => {
  const draft = firstToIssue(state);
  const unread = firstToPreview(state);
  return [firstPeriodsAt(state), draft && issueAtOf(draft), unread && unread.createdAt].reduce(earlier, null);
};

/**
 * When the next service periods are due that no draft has. What a change of a subscription has made due, a rest or a service
 * that was cut, is due since that change: everything that was due before it was drafted with it.
 */
export const firstPeriodsAt = ({ subscriptions }: State): Instant | null =>
  subscriptions.map(periodsAtOf).reduce(earlier, null);

export const periodsAtOf = ({ subscription, billed }: BilledSubscription): Instant | null => {
  const at = nextDueAt(subscription, billed);
  return at === null ? null : later(at, subscription.updatedAt);
};

/** Of those that are to be issued at the same instant the one that was made first: parts of a whole are issued in their order. */
export const firstToIssue = ({ drafts }: State): DraftInvoice | null =>
  drafts.reduce<DraftInvoice | null>(
    (first, draft) => (first === null || isBefore(draft, first) ? draft : first),
    null,
  );

/** A draft shows what its usage comes to so far. What could not be read is not tried again before it is to be issued. */
export const firstToPreview = ({ drafts }: State): DraftInvoice | null =>
  drafts.find(({ lines, waitingFor }) => waitingFor === null && lines.some(isUnread)) ?? null;

const isUnread = (line: DraftInvoice["lines"][number]): boolean => needsUsage(line) && line.usage === null;

const isBefore = (a: DraftInvoice, b: DraftInvoice): boolean => {
  const [atA, atB] = [issueAtOf(a), issueAtOf(b)];
  return atA === atB ? draftSequenceOf(a.number) < draftSequenceOf(b.number) : atA < atB;
};

const earlier = (a: Instant | null, b: Instant | null): Instant | null => {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
};

const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);
