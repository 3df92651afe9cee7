import type { DraftInvoice, Invoice, InvoiceId, InvoiceLine, InvoiceLineId } from "@meter/invoicing";
import type { RatedPart } from "@meter/pricing";
import type { Decimal, Instant, Period, Ulid } from "@meter/primitives";
import type { BilledUntil, Subscription, SubscriptionId } from "@meter/subscriptions";
import type { Customer, CustomerId } from "../shared/customer.ts";

/** A subscription, and how far each of its items has been billed. */
export type BilledSubscription = Readonly<{ subscription: Subscription; billed: BilledUntil }>;

/** A line of a service period, as later parts of the same whole need it. `rated` is null while the line is open. */
export type BilledPart = Readonly<{
  invoiceId: InvoiceId;
  isIssued: boolean;
  lineId: InvoiceLineId;
  servicePeriod: Period;
  rated: RatedPart | null;
}>;

/** See `withNextDue`; `whoever_is_free` unless given. */
export type DueOrder = "in_order" | "whoever_is_free";

/** A customer's place in the queue of what is due. `attempts`: how often in a row its billing was parked. */
export type DueCustomer = Readonly<{ namespace: string; customerId: CustomerId; dueAt: Instant; attempts: number }>;

/** Why a customer's billing did not go on. It is tried again from `retryAt` on. */
export type ParkedBilling = DueCustomer & Readonly<{ reason: string; parkedAt: Instant; retryAt: Instant }>;

/** A line that could not be rated. All instants are the product's. */
export type ParkedLine = Readonly<{
  namespace: string;
  customerId: CustomerId;
  invoiceId: InvoiceId;
  lineId: InvoiceLineId;
  dueAt: Instant;
  reason: string;
  parkedAt: Instant;
  retryAt: Instant;
}>;

/** A line of an issued invoice, and whose. */
export type BilledLine = Readonly<{
  namespace: string;
  customer: Readonly<{ id: CustomerId; name: string }>;
  invoice: Readonly<{ id: InvoiceId; number: string }>;
  /** Code of ISO 4217. */
  currency: string;
  line: InvoiceLine;
}>;

export type BilledUsageFilter = Readonly<{
  /** Null: of all. */
  customers: readonly string[] | null;
  /** Service periods that ended at or after it. */
  from: Instant;
  page: number;
  pageSize: number;
}>;

/**
 * The billing of one customer, in one transaction. Whoever holds it is alone with this customer: others wait, or pass by.
 * What it changes is there when the work has returned, all of it, or not at all.
 */
export type BillingTx = Readonly<{
  /** The customer that is held, a deleted one, too: its last periods are still billed. */
  findCustomer: () => Promise<Customer | null>;
  /** All that are not deleted, by their start. */
  listSubscriptions: () => Promise<readonly BilledSubscription[]>;
  insertSubscription: (subscription: Subscription) => Promise<void>;
  /** Its life and labels; phases do not change. */
  updateSubscription: (subscription: Subscription) => Promise<void>;
  setBilled: (id: SubscriptionId, billed: BilledUntil) => Promise<void>;
  /** Those that are still drafts, oldest first. */
  listDrafts: () => Promise<readonly DraftInvoice[]>;
  insertInvoice: (invoice: Invoice) => Promise<void>;
  /**
   * Of what is stored as a draft everything but customer, profile and currency, lines included. What was issued can only be
   * voided: its figures stay as they are stored. Rejects at anything else.
   */
  updateInvoice: (invoice: Invoice) => Promise<void>;
  /** Nothing is left of it: its lines are not served any more. Rejects when it is not a draft. */
  deleteDraft: (id: InvoiceId) => Promise<void>;
  /** What of the customer's credit is left: what issued invoices that are not voided made, less what they used. */
  creditBalance: (currency: string) => Promise<Decimal>;
  /** Says that the work goes on: without a word for a minute the database takes the customer back. */
  touch: () => Promise<void>;
  /** Lines of a whole service period on invoices that are not voided, drafts and open lines included, in the order of time. */
  listParts: (wholeKey: string) => Promise<readonly BilledPart[]>;
  /** Null: nobody's, or another customer's. */
  findInvoice: (id: InvoiceId) => Promise<Invoice | null>;
  /**
   * The next number of a series, from 1. It is taken with this transaction or not at all, and keeps others from the series
   * until then: so it is asked for last.
   */
  nextNumber: (series: string) => Promise<number>;
  /** When this customer is due again; null: when something changes. Ends a parking. */
  setDue: (dueAt: Instant | null) => Promise<void>;
}>;

/** A line that begins before another one of the same rate card ends. */
export type LineOverlap = Readonly<{
  invoiceId: InvoiceId;
  lineId: InvoiceLineId;
  start: Instant;
  other: Readonly<{ lineId: InvoiceLineId; end: Instant }>;
}>;

/** A whole service period whose lines on issued invoices come to less than nothing. */
export type NegativeWhole = Readonly<{ wholeKey: string; total: Decimal }>;

/** Since when a subscription that prorates has an end, and which. */
export type SubscriptionEnd = Readonly<{ activeTo: Instant; setAt: Instant }>;

export type SubscriptionOrder = Readonly<{ by: "activeFrom" | "activeTo"; direction: "asc" | "desc" }>;

export type InvoiceFilter = Readonly<{
  page: number;
  pageSize: number;
  /** Of the wire's short statuses; null: all. */
  statuses: readonly string[] | null;
  customers: readonly string[] | null;
  issuedAfter: Instant | null;
  issuedBefore: Instant | null;
  createdAfter: Instant | null;
  createdBefore: Instant | null;
  order: Readonly<{
    by: "customer.name" | "issuedAt" | "status" | "createdAt" | "updatedAt" | "periodStart";
    direction: "asc" | "desc";
  }>;
}>;

/**
 * `work` may be called again from the start, when the first call was undone to resolve a deadlock: whatever it does besides
 * `tx` it can do twice.
 */
/** What of a customer's billing can be looked at without holding the customer. */
export type BillingView = Pick<BillingTx, "findCustomer" | "listSubscriptions" | "listParts" | "touch">;

export type BillingStore = Readonly<{
  /** Looks without holding anybody: what it sees may be changed meanwhile. */
  view: (namespace: string, customerId: CustomerId) => BillingView;
  /** Waits until nobody else holds the customer. Null when there is no such customer, live or deleted. */
  withCustomer: <T>(
    namespace: string,
    customerId: CustomerId,
    work: (tx: BillingTx) => Promise<T>,
  ) => Promise<T | null>;
  /**
   * The customer that is due first, at `until` or before, of those that are not parked; null when there is none. `in_order`:
   * one that somebody else holds is waited for; otherwise it is passed by, and those that failed before come last. Ties: by
   * namespace, then by id.
   */
  withNextDue: <T>(
    until: Instant,
    work: (tx: BillingTx, due: DueCustomer) => Promise<T>,
    order?: DueOrder,
  ) => Promise<T | null>;
  /** This customer again, once nobody else holds it; null when it is due at another instant by now, or parked. */
  withDue: <T>(due: DueCustomer, work: (tx: BillingTx) => Promise<T>) => Promise<T | null>;
  /** How many are due and not parked, held by others or not. */
  countDue: (until: Instant) => Promise<number>;
  /** The earliest instant at which somebody that is not parked is due; null: nobody ever. */
  nextDueAt: () => Promise<Instant | null>;
  /** Does nothing when the customer is due at another instant by now: then somebody has done the work meanwhile. */
  park: (parked: ParkedBilling) => Promise<void>;
  /** Puts those back whose `retryAt` has come, or all when null. Their attempts count on. */
  unpark: (retryAt: Instant | null) => Promise<void>;
  /** By due instant. `namespace` null: of all. */
  listParked: (namespace: string | null) => Promise<readonly ParkedBilling[]>;
  /** Of all namespaces; at most `max`, beyond which nothing is counted. */
  countParked: (max: number) => Promise<number>;
  /** Lines that could not be rated, of drafts whose usage was complete at `until`, by due instant. `namespace` null: of all. */
  listOpenLines: (
    namespace: string | null,
    of: Readonly<{ until: Instant; limit: number }>,
  ) => Promise<readonly ParkedLine[]>;
  /** Of those that have an end and prorate, by id. */
  findEnds: (namespace: string, ids: readonly string[]) => Promise<ReadonlyMap<string, SubscriptionEnd>>;
  /** Deleted ones, too. */
  findSubscription: (namespace: string, id: string) => Promise<Subscription | null>;
  /** All of a customer that are not deleted. What has no end ends after everything else. */
  listSubscriptions: (
    namespace: string,
    customerId: Ulid,
    order: SubscriptionOrder,
  ) => Promise<readonly Subscription[]>;
  /**
   * Whether a subscription refers to a feature, in any of its phases, that is not over at `at` or whose customer still has
   * something due.
   */
  isFeatureSubscribed: (namespace: string, featureKey: string, at: Instant) => Promise<boolean>;
  findInvoice: (namespace: string, id: string) => Promise<Invoice | null>;
  listInvoices: (
    namespace: string,
    filter: InvoiceFilter,
  ) => Promise<Readonly<{ items: readonly Invoice[]; totalCount: number }>>;
  /**
   * The lines of issued invoices, not of voided ones, that depend on usage and end their service period, the last end first.
   * Their details may be left out. `namespace` null: of all.
   */
  listBilledUsage: (
    namespace: string | null,
    filter: BilledUsageFilter,
  ) => Promise<Readonly<{ items: readonly BilledLine[]; totalCount: number }>>;
  /** Every invoice of a namespace that is not a draft, by id, for checking: a page after `after`. */
  listForChecks: (
    namespace: string,
    page: Readonly<{ after: InvoiceId | null; limit: number }>,
  ) => Promise<readonly Invoice[]>;
  /**
   * The first number of a series that is not the one after the one before, counted from 1; the next one to be given is the
   * last of them, so that the last invoice cannot vanish either. `numbers`: how many are given.
   */
  findGap: (
    namespace: string,
    series: string,
  ) => Promise<Readonly<{ numbers: number; gap: Readonly<{ expected: number; found: number }> | null }>>;
  /** Wholes whose lines on issued invoices, voided ones aside, sum to less than zero; by key, `limit` at most. */
  findNegativeWholes: (namespace: string, limit: number) => Promise<readonly NegativeWhole[]>;
  /**
   * Lines on invoices that are not voided, drafts included, that cover what the line before has covered: of the same rate card
   * of a subscription, whatever its version and phase. An empty line at the end of another covers nothing. By subscription,
   * rate card and start, `limit` at most. `lines`: how many were compared.
   */
  findOverlaps: (
    namespace: string,
    limit: number,
  ) => Promise<Readonly<{ lines: number; overlaps: readonly LineOverlap[] }>>;
}>;
