import type { InvoiceLine } from "@meter/invoicing";
import type { DiscountReason, RatedDetail } from "@meter/pricing";
import type { Selectable } from "kysely";
import { fromDbDecimal, toDbDecimal, toDbJsonb } from "../columns.ts";
import type { DbColumns, InvoiceLineDetailsTable } from "../database.ts";

export const toDbDetails = (
  namespace: string,
  line: InvoiceLine,
): readonly DbColumns<"invoice_line_details", keyof InvoiceLineDetailsTable>[] =>
  line.rating.details.map((detail, position) => ({
    namespace,
    line_id: line.id,
    position,
    reference: detail.reference,
    label: detail.label,
    category: detail.category,
    payment_term: detail.paymentTerm,
    quantity: toDbDecimal(detail.quantity),
    unit_amount: toDbDecimal(detail.perUnitAmount),
    amount: toDbDecimal(detail.amount),
    discounts: toDbJsonb(
      detail.discounts.map(({ reason, amount }): DbDiscount => ({ reason, amount: toDbDecimal(amount) })),
    ),
    total: toDbDecimal(detail.total),
  }));

export const fromDbDetail = (row: Selectable<InvoiceLineDetailsTable>): RatedDetail => ({
  reference: row.reference,
  label: row.label,
  category: row.category,
  paymentTerm: row.payment_term,
  quantity: fromDbDecimal(row.quantity),
  perUnitAmount: fromDbDecimal(row.unit_amount),
  amount: fromDbDecimal(row.amount),
  discounts: (row.discounts as readonly DbDiscount[]).map(({ reason, amount }) => ({
    reason,
    amount: fromDbDecimal(amount),
  })),
  total: fromDbDecimal(row.total),
});

/** What toDbDetails writes into `discounts`. */
type DbDiscount = Readonly<{ reason: DiscountReason; amount: string }>;
