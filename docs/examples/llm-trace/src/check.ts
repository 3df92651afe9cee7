export type Check = Readonly<{ what: string; expected: string; found: string; ok: boolean }>;

export const formatCheck = ({ what, expected, found, ok }: Check): string =>
  ok ? `ok    ${what}: ${found}` : `WRONG ${what}: expected ${expected}, Meter says ${found}`;

/** "1 invoice", "2 invoices". */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
