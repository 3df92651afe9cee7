import { randomBytes } from "node:crypto";
import type { Customer } from "@meter/core";
import { createUlid, type Instant } from "@meter/primitives";
import type { Tx } from "../database.ts";
import { ensureSubjects } from "./subjects.ts";

/** A subject for every subject key that has none. Their ids are made here: only the transaction knows which are new. */
export const createSubjects = async (
  tx: Tx,
  customer: Pick<Customer, "namespace" | "subjectKeys">,
  at: Instant,
): Promise<void> => {
  const subjects = [...new Set(customer.subjectKeys)].map((key) => ({ id: createUlid(at, randomBytes(10)), key }));
  await ensureSubjects(tx, { namespace: customer.namespace, subjects, at });
};
