import type { ProblemCode } from "./table.ts";

/** Where Meter is found: `publicUrl` as configured, without a slash at its end, else where the request went. */
export type Where = Readonly<{ publicUrl: string | null; requestUrl: string }>;

/**
 * The page of a problem. Without a configured address it is at the host that the request named: whoever sends a false one
 * misleads nobody but themselves.
 */
export const helpUrl = (code: ProblemCode, { publicUrl, requestUrl }: Where): string =>
  `${publicUrl ?? new URL(requestUrl).origin}/problems/${code}`;
