import type { BillingStore, ParkedBilling, ParkedLine } from "./billing-store.ts";
import type { Clock } from "../shared/clock.ts";

/** How many lines that could not be rated are named at most, the longest due first. */
export const parkedLinesMax = 1_000;

/** What of a namespace could not be billed and is tried again: customers as a whole, and single lines. */
export type Parked = Readonly<{ customers: readonly ParkedBilling[]; lines: readonly ParkedLine[] }>;

/** Each by due instant. */
export const listParkedBilling =
  ({ billing, clock }: Readonly<{ billing: Pick<BillingStore, "listParked" | "listOpenLines">; clock: Clock }>) =>
  async (namespace: string): Promise<Parked> => ({
    customers: await billing.listParked(namespace),
    lines: await billing.listOpenLines(namespace, { until: clock.now(), limit: parkedLinesMax }),
  });
