import type {
  BillingProfile,
  Invoice,
  InvoiceCustomer,
  InvoiceId,
  InvoiceLine,
  IssuedInvoice,
  OpenLine,
} from "@meter/invoicing";
import { assert, formatDuration, type Ulid } from "@meter/primitives";
import type { RawBuilder, Selectable } from "kysely";
import {
  fromDbDuration,
  fromDbInstant,
  fromDbInstantOrNull,
  toDbInstant,
  toDbInstantOrNull,
  toDbJson,
  toDbReason,
} from "../columns.ts";
import type { DbColumns, InvoicesTable } from "../database.ts";
import { fromDbTotals, toDbTotals } from "./db-totals.ts";

type FrozenColumn =
  | "namespace"
  | "id"
  | "customer_id"
  | "customer_name"
  | "customer"
  | "profile"
  | "currency"
  | "created_at";
type ChangingColumn = Exclude<keyof InvoicesTable, FrozenColumn>;

export const toDbInvoice = (invoice: Invoice): DbColumns<"invoices", keyof InvoicesTable> => ({
  namespace: invoice.namespace,
  id: invoice.id,
  customer_id: invoice.customer.id,
  customer_name: invoice.customer.name,
  customer: toDbCustomer(invoice.customer),
  profile: toDbProfile(invoice.profile),
  currency: invoice.currency,
  created_at: toDbInstant(invoice.createdAt),
  ...toDbProgress(invoice),
});

/** What of an invoice may change, lines aside. */
export const toDbProgress = (invoice: Invoice): DbColumns<"invoices", ChangingColumn> => ({
  status: invoice.status,
  ...toDbTotals(invoice.totals),
  period_start: toDbInstant(invoice.period.start),
  period_end: toDbInstant(invoice.period.end),
  invoice_at: toDbInstant(invoice.invoiceAt),
  collection_at: toDbInstantOrNull(invoice.collectionAt),
  quantity_snapshot_at: toDbInstantOrNull(invoice.quantitySnapshotAt),
  updated_at: toDbInstant(invoice.updatedAt),
  ...toDbDraft(invoice),
  ...toDbIssue(invoice),
  ...toDbVoiding(invoice),
});

const toDbDraft = (invoice: Invoice): DbColumns<"invoices", "draft_until" | "waiting_for"> =>
  invoice.status === "draft"
    ? {
        draft_until: toDbInstant(invoice.draftUntil),
        waiting_for: invoice.waitingFor === null ? null : toDbReason(invoice.waitingFor),
      }
    : { draft_until: null, waiting_for: null };

const toDbIssue = (
  invoice: Invoice,
): DbColumns<"invoices", "number" | "series" | "sequence" | "issued_at" | "due_at"> =>
  invoice.status === "draft"
    ? { number: invoice.number, series: null, sequence: null, issued_at: null, due_at: null }
    : {
        number: invoice.number.text,
        series: invoice.number.series,
        sequence: invoice.number.sequence,
        issued_at: toDbInstant(invoice.issuedAt),
        due_at: toDbInstant(invoice.dueAt),
      };

export const toDbVoiding = (invoice: Invoice): DbColumns<"invoices", "voided" | "voided_at" | "void_reason"> =>
  invoice.status === "voided"
    ? { voided: true, voided_at: toDbInstant(invoice.voidedAt), void_reason: toDbReason(invoice.voidReason) }
    : { voided: false, voided_at: null, void_reason: null };

/** `lines`: all of the invoice's, in ascending order of position. */
export const fromDbInvoice = (
  row: Selectable<InvoicesTable>,
  { lines, openLines }: Readonly<{ lines: readonly InvoiceLine[]; openLines: readonly OpenLine[] }>,
): Invoice => {
  assert(row.status === "draft" || openLines.length === 0, `every line of the document ${row.id} is rated`);
  const common = {
    id: row.id as InvoiceId, // what toDbInvoice wrote
    namespace: row.namespace,
    customer: fromDbCustomer(row),
    currency: row.currency,
    profile: fromDbProfile(row.profile as DbProfile), // as toDbInvoice wrote it
    lines,
    totals: fromDbTotals(row),
    period: { start: fromDbInstant(row.period_start), end: fromDbInstant(row.period_end) },
    invoiceAt: fromDbInstant(row.invoice_at),
    collectionAt: fromDbInstantOrNull(row.collection_at),
    quantitySnapshotAt: fromDbInstantOrNull(row.quantity_snapshot_at),
    createdAt: fromDbInstant(row.created_at),
    updatedAt: fromDbInstant(row.updated_at),
  };
  switch (row.status) {
    case "draft":
      return {
        ...common,
        status: "draft",
        number: row.number,
        draftUntil: fromDbInstant(present(row, "draft_until")),
        waitingFor: row.waiting_for,
        openLines,
      };
    case "issued":
      return { ...common, status: "issued", ...fromDbIssue(row) };
    case "voided":
      return {
        ...common,
        status: "voided",
        ...fromDbIssue(row),
        voidedAt: fromDbInstant(present(row, "voided_at")),
        voidReason: present(row, "void_reason"),
      };
  }
};

const fromDbIssue = (row: Selectable<InvoicesTable>): Pick<IssuedInvoice, "number" | "issuedAt" | "dueAt"> => ({
  number: { series: present(row, "series"), sequence: present(row, "sequence"), text: row.number },
  issuedAt: fromDbInstant(present(row, "issued_at")),
  dueAt: fromDbInstant(present(row, "due_at")),
});

/** What the checks of the table promise. */
const present = <Column extends keyof InvoicesTable>(
  row: Selectable<InvoicesTable>,
  column: Column,
): NonNullable<Selectable<InvoicesTable>[Column]> => {
  const value = row[column];
  assert(value !== null && value !== undefined, `the invoice ${row.id}, which is ${row.status}, has no ${column}`);
  return value;
};

/** What toDbInvoice writes into `customer`: the rest stands in columns. */
type DbCustomer = Omit<InvoiceCustomer, "id" | "name">;

const toDbCustomer = ({ key, subjectKeys }: InvoiceCustomer): RawBuilder<unknown> | null => {
  const stored: DbCustomer = { key, subjectKeys };
  return toDbJson(stored);
};

const fromDbCustomer = (row: Selectable<InvoicesTable>): InvoiceCustomer => ({
  ...(row.customer as DbCustomer), // as toDbCustomer wrote it
  id: row.customer_id as Ulid,
  name: row.customer_name,
});

/** What toDbInvoice writes into `profile`: durations as text. */
type DbProfile = Readonly<{
  collectionInterval: string;
  draftPeriod: string;
  dueAfter: string;
  subscriptionEndProrationMode: BillingProfile["subscriptionEndProrationMode"];
  /** Absent in what was stored before there was a choice. */
  zeroInvoices?: BillingProfile["zeroInvoices"];
}>;

const toDbProfile = (profile: BillingProfile): RawBuilder<unknown> | null => {
  const stored: DbProfile = {
    collectionInterval: formatDuration(profile.collectionInterval),
    draftPeriod: formatDuration(profile.draftPeriod),
    dueAfter: formatDuration(profile.dueAfter),
    subscriptionEndProrationMode: profile.subscriptionEndProrationMode,
    zeroInvoices: profile.zeroInvoices,
  };
  return toDbJson(stored);
};

const fromDbProfile = (stored: DbProfile): BillingProfile => ({
  collectionInterval: fromDbDuration(stored.collectionInterval),
  draftPeriod: fromDbDuration(stored.draftPeriod),
  dueAfter: fromDbDuration(stored.dueAfter),
  subscriptionEndProrationMode: stored.subscriptionEndProrationMode,
  zeroInvoices: stored.zeroInvoices ?? "issue",
});
