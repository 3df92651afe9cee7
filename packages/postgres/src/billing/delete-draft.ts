import type { InvoiceId } from "@meter/invoicing";
import { assert } from "@meter/primitives";
import type { Tx } from "../database.ts";

/** With its lines. Throws when it is not there, not this customer's, or not a draft. */
export const deleteDraft = async (
  tx: Tx,
  { namespace, customerId, id }: Readonly<{ namespace: string; customerId: string; id: InvoiceId }>,
): Promise<void> => {
  await tx
    .deleteFrom("invoice_lines")
    .where("namespace", "=", namespace)
    .where("invoice_id", "=", id)
    .where((is) =>
      is.exists(
        is
          .selectFrom("invoices")
          .select("id")
          .where("namespace", "=", namespace)
          .where("id", "=", id)
          .where("customer_id", "=", customerId)
          .where("status", "=", "draft"),
      ),
    )
    .execute();
  const { numDeletedRows } = await tx
    .deleteFrom("invoices")
    .where("namespace", "=", namespace)
    .where("id", "=", id)
    .where("customer_id", "=", customerId)
    .where("status", "=", "draft")
    .executeTakeFirstOrThrow();
  assert(numDeletedRows === 1n, `the invoice ${id} is a draft and this customer's`);
};
