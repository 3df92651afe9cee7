import type { FieldFault } from "./field-fault.ts";

/** `critical` refuses any write; `warning` is kept in a draft and shown with it, and refuses to publish or subscribe. */
export type Severity = "critical" | "warning";

/** `field` is a JSONPath into the plan: `$.phases[?(@.key=='pro')].rateCards[?(@.key=='api')].price`. */
export type CatalogFault = FieldFault & Readonly<{ severity: Severity }>;

export const critical = (fault: FieldFault): CatalogFault => ({ ...fault, severity: "critical" });
export const warning = (fault: FieldFault): CatalogFault => ({ ...fault, severity: "warning" });

/** The path of the element of a list that has this key. */
export const pathOfKeyed = (list: string, key: string): string => `${list}[?(@.key=='${key}')]`;
