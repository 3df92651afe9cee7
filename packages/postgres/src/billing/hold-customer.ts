import type { CustomerId } from "@meter/core";
import { sql } from "kysely";
import type { Tx } from "../database.ts";

/** Locks a customer's row, which is made when it is not there. Waits for whoever has it. False when there is no customer. */
export const holdCustomer = async (
  tx: Tx,
  { namespace, customerId }: Readonly<{ namespace: string; customerId: CustomerId }>,
): Promise<boolean> => {
  if (await lock(tx, { namespace, customerId })) return true;
  await sql`
    insert into customer_billing (namespace, customer_id, parked_attempts)
    select namespace, id, 0 from customers where namespace = ${namespace} and id = ${customerId}
    on conflict do nothing`.execute(tx);
  return lock(tx, { namespace, customerId });
};

const lock = async (
  tx: Tx,
  { namespace, customerId }: Readonly<{ namespace: string; customerId: CustomerId }>,
): Promise<boolean> => {
  const row = await tx
    .selectFrom("customer_billing")
    .select("customer_id")
    .where("namespace", "=", namespace)
    .where("customer_id", "=", customerId)
    .forUpdate()
    .executeTakeFirst();
  return row !== undefined;
};
