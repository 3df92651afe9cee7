import {
  type DraftInvoice,
  type InvoiceLine,
  isFrozen,
  type LineToRate,
  needsUsage,
  type OpenLine,
  periodOf,
  ratePrinted,
  toLineToRate,
} from "@meter/invoicing";
import type { Instant } from "@meter/primitives";
import { rebill, type ServicePeriod, type SubscriptionId } from "@meter/subscriptions";
import type { BillingTx } from "./billing-store.ts";
import { currencyOf, type DraftDeps, toLineInput } from "./draft-over.ts";
import type { State } from "./state.ts";

/**
 * After a change of a subscription at `now`: what drafts charge in advance is what is served by the timeline as it is now,
 * unless the instant at which they are to be issued has come: then they stay as they are, issued or not. A draft of which
 * nothing is left is gone.
 */
export const followTimeline = async (
  deps: DraftDeps,
  tx: BillingTx,
  { state, id, now }: Readonly<{ state: State; id: SubscriptionId; now: Instant }>,
): Promise<State> => {
  const changed = state.subscriptions.find(({ subscription }) => subscription.id === id);
  const follows = ({ subscription, servicePeriod, ...line }: InvoiceLine | OpenLine): boolean =>
    subscription.id === id && !needsUsage(line) && servicePeriod.end > now;
  const open = state.drafts.filter((draft) => !isFrozen(draft, now) && allLines(draft).some(follows));
  if (changed === undefined || open.length === 0) return state;

  const rebilled = rebill(changed.subscription, {
    covered: open.flatMap((draft) =>
      allLines(draft)
        .filter(follows)
        .map(({ chargeKey, servicePeriod }) => ({ key: chargeKey, start: servicePeriod.start })),
    ),
    billed: changed.billed,
    atSubscriptionEnd: deps.profile.subscriptionEndProrationMode,
  });
  await tx.setBilled(id, rebilled.billed);
  const periods = new Map(rebilled.periods.map((period) => [period.key, period]));
  const drafts = new Map(state.drafts.map((draft) => [draft.id, draft]));
  for (const draft of open) {
    const followed = await rewrite(deps, tx, { draft, follows, periods, of: changed, now });
    if (followed === null) {
      await tx.deleteDraft(draft.id);
      drafts.delete(draft.id);
    } else {
      await tx.updateInvoice(followed);
      drafts.set(draft.id, followed);
    }
  }
  return {
    subscriptions: state.subscriptions.map((of) => (of === changed ? { ...of, billed: rebilled.billed } : of)),
    drafts: [...drafts.values()],
  };
};

const allLines = ({ lines, openLines }: DraftInvoice): readonly (InvoiceLine | OpenLine)[] => [...lines, ...openLines];

type Rewrite = Readonly<{
  draft: DraftInvoice;
  follows: (line: InvoiceLine | OpenLine) => boolean;
  /** What is served, by key. */
  periods: ReadonlyMap<string, ServicePeriod>;
  of: State["subscriptions"][number];
  now: Instant;
}>;

const rewrite = async (
  deps: DraftDeps,
  tx: BillingTx,
  { draft, follows, periods, of: { subscription }, now }: Rewrite,
): Promise<DraftInvoice | null> => {
  const served = async (line: InvoiceLine | OpenLine): Promise<LineToRate[]> => {
    const period = periods.get(line.chargeKey);
    if (period === undefined) return [];
    return [toLineToRate(await toLineInput(deps, tx, { id: line.id, of: { subscription, period }, usage: null }))];
  };
  const lines: (InvoiceLine | LineToRate)[] = [];
  for (const line of draft.lines) lines.push(...(follows(line) ? await served(line) : [line]));
  for (const line of draft.openLines) if (follows(line)) lines.push(...(await served(line)));
  const rated = ratePrinted(deps.pricing, lines, currencyOf(draft.currency));
  const openLines = [...rated.openLines, ...draft.openLines.filter((line) => !follows(line))];
  const all = [...rated.lines, ...openLines];
  return all.length === 0 ? null : { ...draft, ...rated, openLines, period: periodOf(all), updatedAt: now };
};
