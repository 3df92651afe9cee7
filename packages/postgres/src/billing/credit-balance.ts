import type { CustomerId } from "@meter/core";
import { type Decimal, negate } from "@meter/primitives";
import { fromDbDecimal } from "../columns.ts";
import type { Db } from "../database.ts";

/** What a customer's issued invoices made of credit, less what they used. A voided one did neither. */
export const findCreditBalance = async (
  tx: Db,
  { namespace, customerId, currency }: Readonly<{ namespace: string; customerId: CustomerId; currency: string }>,
): Promise<Decimal> => {
  const { used } = await tx
    .selectFrom("invoices")
    .select((of) => of.fn.coalesce(of.fn.sum<string>("credits_total"), of.lit(0)).as("used"))
    .where("namespace", "=", namespace)
    .where("customer_id", "=", customerId)
    .where("currency", "=", currency)
    .where("status", "=", "issued")
    .executeTakeFirstOrThrow();
  return negate(fromDbDecimal(String(used)));
};
