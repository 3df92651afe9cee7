import type { FeatureFilter, RateCard } from "@meter/catalog";
import type { ExplainedRated, RatedPart, RateError } from "@meter/pricing";
import type { Decimal, Instant, Period, Ulid } from "@meter/primitives";
import type { ProrationRatio } from "@meter/subscriptions";
import type { BillingProfile } from "./billing-profile.ts";
import type { Totals } from "./totals.ts";

export type InvoiceId = Ulid & { readonly __invoice: "InvoiceId" };
export type InvoiceLineId = Ulid & { readonly __invoiceLine: "InvoiceLineId" };

/** Where a quantity was read, so that it can be read again. Positions are those of the event log: rows below them count. */
export type UsageSource = Readonly<{
  meterId: string;
  /** Subjects of the customer at the time of the reading. */
  subjects: readonly string[];
  /** Dimension → condition, as the feature had them. */
  filters: Readonly<Record<string, FeatureFilter>>;
  positions: readonly Readonly<{ log: string; partition: number; offset: number }>[];
}>;

/** What was used since the whole service period began, before unit conversion and discounts: also in earlier parts. */
export type LineUsage = Readonly<{ quantity: Decimal; source: UsageSource }>;

/** What a line measures, whatever its feature becomes. */
export type Measure = Pick<UsageSource, "meterId" | "filters">;

/** What a line comes to. Every amount but `exact` is a multiple of the currency's minor unit. */
export type LineRating = Readonly<{
  totals: Totals;
  /** What the whole service period costs up to here before it is rounded, as an exact text: a decimal, or n/d. */
  exact: string;
  details: ExplainedRated["details"];
  /** Metered, converted, free and billable quantity, as decimals for display. */
  quantities: ExplainedRated["quantities"];
  /** For later parts of the same service period. */
  part: RatedPart;
  explanation: ExplainedRated["explanation"];
}>;

/** One rate card over one service period, or a part of it. */
export type InvoiceLine = Readonly<{
  id: InvoiceLineId;
  /** Names what is billed, for good: at most one line that is not voided has it. */
  chargeKey: string;
  /** The whole service period that this is a part of; parts are subtracted from the whole by its key. */
  wholeKey: string;
  wholePeriod: Period;
  /** Whether the whole ends with it. */
  isFinal: boolean;
  subscription: Readonly<{ id: string; phaseId: string; itemId: string }>;
  name: string;
  description: string | null;
  /** Its own copy. */
  rateCard: RateCard;
  /** What it covers. */
  servicePeriod: Period;
  /** The whole cadence around it. */
  fullServicePeriod: Period;
  billingPeriod: Period;
  invoiceAt: Instant;
  /** The share of a flat amount that is charged for the whole up to the end of this line, earlier parts included. */
  proration: ProrationRatio;
  /** Null for a fixed amount, and while its feature has nothing to measure: then it is looked for again. */
  measure: Measure | null;
  /** Null for a fixed amount, and on a draft until it is read: then the line is rated as if nothing was used. */
  usage: LineUsage | null;
  rating: LineRating;
}>;

/** Why a line cannot be rated, as things are. `message` is for people. */
export type LineIssue = Readonly<{
  code:
    | RateError["type"]
    /** The feature, its meter or a dimension is not there, or the feature has no meter. */
    | "usage_not_measurable"
    | "earlier_part_open"
    | "total_out_of_range";
  message: string;
}>;

/** What a line bills, whatever that comes to. */
export type LineTerms = Omit<InvoiceLine, "usage" | "rating">;

/**
 * A line that cannot be rated. It is in no total and on no document, and keeps its service period, so that nobody else bills it.
 * When it can be rated, it becomes a line.
 */
export type OpenLine = LineTerms &
  Readonly<{
    /** As it was last read, if it could be. */
    usage: LineUsage | null;
    issue: LineIssue;
  }>;

/** As it was when the invoice was drafted. */
export type InvoiceCustomer = Readonly<{
  id: Ulid;
  key: string | null;
  name: string;
  subjectKeys: readonly string[];
}>;

type Common = Readonly<{
  id: InvoiceId;
  namespace: string;
  customer: InvoiceCustomer;
  /** Code of ISO 4217. */
  currency: string;
  profile: BillingProfile;
  /** In the order of subscription phases and items, then of time. At least one, but for drafts with open lines. */
  lines: readonly InvoiceLine[];
  /** Sums of the lines. */
  totals: Totals;
  /** From the first instant to the last that a line covers. */
  period: Period;
  /** When the last of its lines became due. */
  invoiceAt: Instant;
  /** When its usage counts as complete; null when no line depends on usage. */
  collectionAt: Instant | null;
  /** When the usage of its lines was last read; null: never, or no line depends on usage. */
  quantitySnapshotAt: Instant | null;
  createdAt: Instant;
  updatedAt: Instant;
}>;

/** Waits for usage to be complete; `waitingFor` says why its usage could not be read when it was tried last. */
export type DraftInvoice = Common &
  Readonly<{
    status: "draft";
    number: string;
    draftUntil: Instant;
    waitingFor: string | null;
    openLines: readonly OpenLine[];
  }>;

/** A document. It never changes, but for being voided. */
export type IssuedInvoice = Common &
  Readonly<{ status: "issued"; number: InvoiceNumber; issuedAt: Instant; dueAt: Instant }>;

export type VoidedInvoice = Omit<IssuedInvoice, "status"> &
  Readonly<{ status: "voided"; voidedAt: Instant; voidReason: string }>;

export type Invoice = DraftInvoice | IssuedInvoice | VoidedInvoice;

/** `text` is what is printed; `sequence` counts without gaps from 1 in its series. */
export type InvoiceNumber = Readonly<{ series: string; sequence: number; text: string }>;
