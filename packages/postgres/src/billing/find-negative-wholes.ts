import type { NegativeWhole } from "@meter/core";
import { sql } from "kysely";
import { fromDbDecimal, isStorable } from "../columns.ts";
import type { Db } from "../database.ts";

export const findNegativeWholes = async (
  db: Db,
  { namespace, limit }: Readonly<{ namespace: string; limit: number }>,
): Promise<readonly NegativeWhole[]> => {
  if (!isStorable(namespace)) return [];
  const { rows } = await sql<Readonly<{ whole_key: string; total: string }>>`
    select l.whole_key, sum(l.total) as total
    from invoice_lines l
    join invoices i on i.namespace = l.namespace and i.id = l.invoice_id
    where l.namespace = ${namespace} and not l.voided and i.status = 'issued'
    group by l.whole_key
    having sum(l.total) < 0
    order by l.whole_key
    limit ${limit}`.execute(db);
  return rows.map(({ whole_key, total }) => ({ wholeKey: whole_key, total: fromDbDecimal(String(total)) }));
};
