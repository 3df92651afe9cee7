import type { Conflict, Customer } from "@meter/core";
import type { Selectable } from "kysely";
import { textArray } from "../columns.ts";
import type { CustomerKeysTable, Db, Tx } from "../database.ts";
import { isUniqueViolation } from "../transaction.ts";

/** By what a customer is known. */
export type KnownBy = Readonly<Pick<Customer, "namespace" | "id" | "key" | "subjectKeys">>;

/**
 * Takes every text by which a live customer is known. One that another customer has taken violates `customer_keys_pkey`;
 * a customer's own key, subject keys and id may equal each other. In ascending order, so that two customers who want the
 * same texts do not wait for each other in a circle.
 */
export const takeKeys = async (tx: Tx, customer: KnownBy): Promise<void> => {
  const subjectKeys = new Set(customer.subjectKeys);
  const texts = new Set([customer.id, ...(customer.key === null ? [] : [customer.key]), ...subjectKeys]);
  await tx
    .insertInto("customer_keys")
    .values(
      [...texts].toSorted().map((text) => ({
        namespace: customer.namespace,
        text,
        customer_id: customer.id,
        is_key: text === customer.key,
        is_subject_key: subjectKeys.has(text),
      })),
    )
    .execute();
};

export const releaseKeys = async (
  tx: Tx,
  { namespace, id }: Readonly<Pick<Customer, "namespace" | "id">>,
): Promise<void> => {
  await tx.deleteFrom("customer_keys").where("namespace", "=", namespace).where("customer_id", "=", id).execute();
};

export const isKeyConflict = (error: unknown): boolean => isUniqueViolation(error, "customer_keys_pkey");

/** Names the field, its value and who has it. Null as id when whoever had it is gone by now. */
export const explainKeyConflict = async (db: Db, customer: KnownBy): Promise<Conflict> => {
  const wanted = [
    ...(customer.key === null ? [] : [{ field: "key" as const, text: customer.key }]),
    ...customer.subjectKeys.map((text) => ({ field: "subject key" as const, text })),
    { field: "id" as const, text: customer.id },
  ];
  const taken = await db
    .selectFrom("customer_keys")
    .selectAll()
    .where("namespace", "=", customer.namespace)
    .where((is) => is("text", "=", is.fn.any(textArray(wanted.map(({ text }) => text)))))
    .where("customer_id", "<>", customer.id)
    .execute();
  const takenByText = new Map(taken.map((row) => [row.text, row]));
  for (const { field, text } of wanted) {
    const row = takenByText.get(text);
    if (row) return { type: "conflict", message: toMessage(field, row), conflictingId: row.customer_id };
  }
  const texts = wanted.flatMap(({ field, text }) => (field === "id" ? [] : [`${field} "${text}"`]));
  return {
    type: "conflict",
    message: `another customer had one of these a moment ago: ${texts.join(", ")}`,
    conflictingId: null,
  };
};

const toMessage = (field: "key" | "subject key" | "id", row: Selectable<CustomerKeysTable>): string => {
  if (field === "key" && row.is_key) return `a customer with key "${row.text}" exists already`;
  if (field === "subject key" && row.is_subject_key) return `a customer with subject key "${row.text}" exists already`;
  const theirs = row.is_key ? "the key" : row.is_subject_key ? "a subject key" : "the id";
  return `${field} "${row.text}" is ${theirs} of another customer`;
};
