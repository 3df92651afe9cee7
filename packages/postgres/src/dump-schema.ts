import pg from "pg";
import { connectionConfig } from "./pool.ts";

/**
 * The schema as Postgres has it, as SQL text for reviews: tables of the current schema with columns, types, collations,
 * defaults, constraints and indexes. Stable: equal schemas are equal texts. It knows nothing of views, functions,
 * triggers, sequences and types of our own, and throws when there are any.
 */
export const dumpSchema = async (url: string): Promise<string> => {
  const client = new pg.Client(connectionConfig(url));
  await client.connect();
  try {
    const { rows: others } = await client.query<{ name: string }>(othersSql);
    if (others.length > 0) throw new Error(`the dump does not show ${others.map(({ name }) => name).join(", ")}`);
    const { rows } = await client.query<{ table: string; lines: readonly string[]; indexes: readonly string[] }>(
      tablesSql,
    );
    return rows
      .map(({ table, lines, indexes }) =>
        [`create table ${table} (`, `  ${lines.join(",\n  ")}`, ");", ...indexes, ""].join("\n"),
      )
      .join("\n");
  } finally {
    await client.end();
  }
};

const tablesSql = `
  select
    quote_ident(c.relname) as "table",
    array(
      select
        quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
        || case when a.attcollation <> t.typcollation then ' collate ' || quote_ident(l.collname) else '' end
        || case when a.attnotnull then ' not null' else '' end
        || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
      from pg_attribute a
      join pg_type t on t.oid = a.atttypid
      left join pg_collation l on l.oid = a.attcollation
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      order by a.attnum
    ) || array(
      select 'constraint ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid, true)
      from pg_constraint k
      where k.conrelid = c.oid and k.contype <> 'n'
      order by array_position(array['p', 'u', 'f', 'c', 'x'], k.contype::text), k.conname collate "C"
    ) as lines,
    array(
      select pg_get_indexdef(i.indexrelid, 0, true) || ';'
      from pg_index i
      join pg_class ic on ic.oid = i.indexrelid
      where i.indrelid = c.oid and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
      order by ic.relname collate "C"
    ) as indexes
  from pg_class c
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
  order by c.relname collate "C"`;

const othersSql = `
  select relname::text as name from pg_class where relnamespace = current_schema()::regnamespace and relkind not in ('r', 'p', 'i', 'I', 't')
  union all select proname::text from pg_proc where pronamespace = current_schema()::regnamespace
  union all select tgname::text from pg_trigger where not tgisinternal
  union all select typname::text from pg_type where typnamespace = current_schema()::regnamespace and typtype in ('e', 'd', 'r', 'm')`;
