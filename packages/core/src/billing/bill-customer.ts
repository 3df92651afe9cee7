import {
  checkInvoice,
  type CollectedLine,
  collectUsage,
  type DraftInvoice,
  draftSeries,
  holdDraft,
  isSkipped,
  type InvoiceId,
  type InvoiceLine,
  type InvoiceLineId,
  invoiceSeries,
  issueAtOf,
  issueInvoice,
  type LineIssue,
  linesToCollect,
  type LineUsage,
  needsUsage,
  splitOpenLines,
  toDraftNumber,
  toInvoiceNumber,
} from "@meter/invoicing";
import { verify } from "@meter/pricing";
import { assert, err, type Instant, ok, type Result } from "@meter/primitives";
import { type Customer, subjectsOf } from "../shared/customer.ts";
import type { BillingTx } from "./billing-store.ts";
import { currencyOf, type DraftDeps, earlierParts } from "./draft-over.ts";
import { type Patience, requestPatience } from "./patience.ts";
import { beginReading, type QuantityOf, type ReadQuantityDeps, type UsageNotRead } from "./read-quantity.ts";
import { draftDue } from "./settle.ts";
import { dueOf, firstPeriodsAt, firstToIssue, firstToPreview, loadState, type State } from "./state.ts";

export type BillCustomerDeps = ReadQuantityDeps &
  DraftDeps &
  Readonly<{
    /** Absent: as long as any read waits. */
    patience?: Patience;
  }>;

/** `waiting`: nothing can be done before usage can be read. What was written says so, and is to be kept. */
export type Billed = Readonly<{ type: "advanced" }> | Readonly<{ type: "waiting"; reason: string }>;

/**
 * What has to be read before the work goes on, with nobody held meanwhile: a usage store that hangs keeps no change of the
 * customer waiting. `purpose`: to show what the usage of a draft comes to so far, or to issue it.
 */
export type UsageToRead = Readonly<{
  type: "to_read";
  draftId: InvoiceId;
  purpose: "preview" | "issue";
  wanted: readonly (QuantityOf & Readonly<{ key: InvoiceLineId }>)[];
}>;

export type ReadUsage = Result<Usages<InvoiceLineId>, UsageNotRead>;

/** What was read, or why it cannot be measured. */
type Usages<Key> = ReadonlyMap<Key, Result<LineUsage, LineIssue>>;

/**
 * Does the one thing that is due first for a customer at `now`, or says what has to be read for it: drafts an invoice over the
 * service periods that became due together, issues a draft, or shows what a draft's usage comes to. Then says when the customer
 * is due again. The order of what is drafted and issued depends on instants alone, never on when it runs.
 */
export const billCustomer = async (
  deps: BillCustomerDeps,
  tx: BillingTx,
  now: Instant,
): Promise<Billed | UsageToRead> => {
  const { customer, state } = await load(tx);
  const piece = nextPiece(state, now);
  if (piece.type === "draft") {
    await draftDue(deps, tx, { state, customer, at: piece.at, now });
    return advanced;
  }
  if (piece.type === "nothing") {
    await tx.setDue(dueOf(state));
    return advanced;
  }
  const wanted = wantedOf(customer, piece.draft);
  if (wanted.length === 0) return issue(deps, tx, { state, draft: piece.draft, usages: new Map(), now });
  return { type: "to_read", draftId: piece.draft.id, purpose: piece.type, wanted };
};

/** Goes on with what was read, unless somebody has done something else meanwhile: then it is for the next time. */
export const billWithUsage = async (
  deps: BillCustomerDeps,
  tx: BillingTx,
  { toRead, read, now }: Readonly<{ toRead: UsageToRead; read: ReadUsage; now: Instant }>,
): Promise<Billed> => {
  const { customer, state } = await load(tx);
  const piece = nextPiece(state, now);
  if (piece.type !== toRead.purpose || piece.draft.id !== toRead.draftId) return advanced;
  const { draft } = piece;
  if (!read.ok) {
    const { reason } = read.error;
    const waiting: DraftInvoice = { ...draft, waitingFor: reason, updatedAt: now };
    if (draft.waitingFor !== reason) await tx.updateInvoice(waiting);
    if (piece.type === "issue") return { type: "waiting", reason };
    await tx.setDue(dueOf(replaceDraft(state, waiting)));
    return advanced;
  }
  const usages = read.value;
  if (wantedOf(customer, draft).some(({ key }) => !usages.has(key))) return advanced;
  if (piece.type === "issue") return issue(deps, tx, { state, draft, usages, now });
  const shown = await collect(deps, tx, { draft, usages, now });
  await tx.updateInvoice(shown);
  await tx.setDue(dueOf(replaceDraft(state, shown)));
  return advanced;
};

const advanced: Billed = { type: "advanced" };

const load = async (tx: BillingTx): Promise<Readonly<{ customer: Customer; state: State }>> => {
  const customer = await tx.findCustomer();
  assert(customer !== null, "a customer that is billed is there");
  return { customer, state: await loadState(tx) };
};

type Piece =
  | Readonly<{ type: "nothing" }>
  | Readonly<{ type: "draft"; at: Instant }>
  | Readonly<{ type: "issue" | "preview"; draft: DraftInvoice }>;

const nextPiece = (state: State, now: Instant): Piece => {
  const draft = firstToIssue(state);
  const periodsAt = firstPeriodsAt(state);
  if (draft !== null && issueAtOf(draft) <= now && (periodsAt === null || issueAtOf(draft) <= periodsAt))
    return { type: "issue", draft };
  if (periodsAt !== null && periodsAt <= now) return { type: "draft", at: periodsAt };
  const unread = firstToPreview(state);
  return unread === null ? { type: "nothing" } : { type: "preview", draft: unread };
};

const replaceDraft = (state: State, draft: DraftInvoice): State => ({
  ...state,
  drafts: state.drafts.map((other) => (other.id === draft.id ? draft : other)),
});

/** The usage of a draft's lines: what they were drafted on, whatever their features have become since. */
const wantedOf = (customer: Customer, draft: DraftInvoice): UsageToRead["wanted"] =>
  linesToCollect(draft)
    .filter(needsUsage)
    .map(({ id, measure, rateCard, wholePeriod, servicePeriod }) => ({
      key: id,
      namespace: draft.namespace,
      measured: measure === null ? { type: "feature", key: rateCard.featureKey ?? "" } : { type: "source", ...measure },
      subjects: subjectsOf(customer),
      period: { start: wholePeriod.start, end: servicePeriod.end },
    }));

type Collect = Readonly<{ draft: DraftInvoice; usages: Usages<InvoiceLineId>; now: Instant }>;

const collect = async (
  deps: BillCustomerDeps,
  tx: BillingTx,
  { draft, usages, now }: Collect,
): Promise<DraftInvoice> => {
  const collected = new Map<InvoiceLineId, CollectedLine>();
  for (const line of linesToCollect(draft))
    collected.set(line.id, { usage: usages.get(line.id) ?? null, earlier: await earlierParts(tx, line) });
  return collectUsage(deps.pricing, draft, { collected, currency: currencyOf(draft.currency), now });
};

/** Makes a draft a document, with its usage as it was read for the last time. */
const issue = async (
  deps: BillCustomerDeps,
  tx: BillingTx,
  { state, draft, usages, now: runsAt }: Collect & Readonly<{ state: State }>,
): Promise<Billed> => {
  const now = runsAt < draft.createdAt ? draft.createdAt : runsAt;
  const collected = await collect(deps, tx, { draft, usages, now });
  const others = state.drafts.filter(({ id }) => id !== draft.id);
  if (collected.lines.length === 0) {
    const held = holdDraft(collected, now);
    await tx.updateInvoice(held);
    await tx.setDue(dueOf({ ...state, drafts: [...others, held] }));
    return advanced;
  }
  const { ready, left } = await leaveOpenLines(deps, tx, collected, now);
  await tx.setDue(dueOf({ ...state, drafts: left === null ? others : [...others, left] }));
  if (isSkipped(ready)) {
    await tx.deleteDraft(ready.id);
    if (left !== null) await tx.insertInvoice(left);
    return advanced;
  }
  const creditBalance = await tx.creditBalance(draft.currency);
  // Last of all: nobody else gets a number until this transaction is over.
  const number = toInvoiceNumber(draft.customer.name, await tx.nextNumber(invoiceSeries));
  const issued = issueInvoice(ready, { number, creditBalance, now });
  const broken = [
    ...checkInvoice(issued, currencyOf(draft.currency)),
    ...issued.lines
      .filter((line) => !verify(line.rating.explanation).ok || isUnread(line))
      .map(({ id }) => ({ where: `line ${id}`, rule: "its usage was read, and its explanation leads to its amount" })),
  ];
  assert(
    broken.length === 0,
    `an invoice is right: ${broken.map(({ where, rule }) => `${where}: ${rule}`).join("; ")}`,
  );
  await tx.updateInvoice(issued);
  if (left !== null) await tx.insertInvoice(left);
  return advanced;
};

/** What can be rated is issued, what cannot stays behind on a draft of its own. */
const leaveOpenLines = async (
  deps: Pick<BillCustomerDeps, "ids">,
  tx: Pick<BillingTx, "nextNumber">,
  draft: DraftInvoice,
  now: Instant,
): Promise<Readonly<{ ready: DraftInvoice; left: DraftInvoice | null }>> => {
  if (draft.openLines.length === 0) return { ready: draft, left: null };
  return splitOpenLines(draft, {
    id: deps.ids.ulid() as InvoiceId, // a new ULID becomes an invoice's id
    number: toDraftNumber(draft.customer.name, await tx.nextNumber(draftSeries)),
    now,
  });
};

const isUnread = (line: InvoiceLine): boolean => needsUsage(line) && line.usage === null;

/**
 * Everything at the same positions of the log; what is asked for is waited for only when something is. What time alone can
 * mend keeps all of it; a quantity that cannot be measured is the matter of its own line.
 */
export const readUsages = async <Key extends string>(
  deps: ReadQuantityDeps & Pick<BillCustomerDeps, "patience">,
  wanted: readonly (QuantityOf & Readonly<{ key: Key }>)[],
): Promise<Result<Usages<Key>, UsageNotRead>> => {
  const usages = new Map<Key, Result<LineUsage, LineIssue>>();
  if (wanted.length === 0) return ok(usages);
  const reading = await beginReading(deps, deps.patience ?? requestPatience);
  if (!reading.ok) return reading;
  for (const { key, ...of } of wanted) {
    const usage = await reading.value.read(of);
    if (!usage.ok && !usage.error.lasting) return usage;
    usages.set(key, usage.ok ? usage : err({ code: "usage_not_measurable", message: usage.error.reason }));
  }
  return ok(usages);
};
