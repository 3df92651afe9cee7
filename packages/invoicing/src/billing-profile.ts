import type { IsoDuration } from "@meter/primitives";
import type { SubscriptionEndProration } from "@meter/subscriptions";

/** How a customer is invoiced. Durations are not negative and are counted in UTC. */
export type BillingProfile = Readonly<{
  /** From the end of a service period until its usage counts as complete: what arrives meanwhile is still billed. */
  collectionInterval: IsoDuration;
  /** From there until an invoice issues itself. */
  draftPeriod: IsoDuration;
  /** From its issue until an invoice is due. */
  dueAfter: IsoDuration;
  subscriptionEndProrationMode: SubscriptionEndProration;
  /** What becomes of an invoice whose every line comes to nothing: a document, or nothing at all. */
  zeroInvoices: ZeroInvoices;
}>;

export const zeroInvoiceModes = ["issue", "skip"] as const;
export type ZeroInvoices = (typeof zeroInvoiceModes)[number];

const none: IsoDuration = { years: 0, months: 0, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0 };

/** The profile of a namespace that has none of its own: the reference's defaults, and no app. */
export const builtInBillingProfile: BillingProfile = {
  collectionInterval: { ...none, hours: 1 },
  draftPeriod: none,
  dueAfter: { ...none, days: 30 },
  subscriptionEndProrationMode: "bill_actual_period",
  zeroInvoices: "issue",
};
