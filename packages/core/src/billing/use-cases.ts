import type { PriceModels } from "@meter/catalog";
import type { BillingProfile } from "@meter/invoicing";
import type { Pricing } from "@meter/pricing";
import type { BillingStore } from "./billing-store.ts";
import type { FeatureStore } from "../catalog/catalog-store.ts";
import type { UsageFreshness } from "../metering/freshness.ts";
import type { MeterStore } from "../metering/meter-store.ts";
import type { UsageReader } from "../metering/usage-reader.ts";
import type { Clock } from "../shared/clock.ts";
import type { CustomerStore } from "../shared/customer-store.ts";
import type { EventLogHead } from "../shared/event-log.ts";
import type { Crypto, IdSource, MonotonicNow } from "../shared/sources.ts";
import { checkInvariants } from "./check-invariants.ts";
import { gatherInvoices } from "./gather-invoices.ts";
import { getInvoice } from "./get-invoice.ts";
import { invoicePending } from "./invoice-pending.ts";
import { listInvoices } from "./list-invoices.ts";
import { listLateUsage } from "./list-late-usage.ts";
import { listParkedBilling } from "./list-parked-billing.ts";
import { recomputeInvoice } from "./recompute-invoice.ts";
import { simulateInvoice } from "./simulate-invoice.ts";
import { voidInvoice } from "./void-invoice.ts";

export type BillingDeps = Readonly<{
  billing: BillingStore;
  customers: CustomerStore;
  features: FeatureStore;
  meters: MeterStore;
  reader: UsageReader;
  freshness: UsageFreshness;
  log: EventLogHead;
  clock: Clock;
  ids: IdSource;
  crypto: Crypto;
  monotonicNow: MonotonicNow;
  models: PriceModels;
  pricing: Pricing;
  profile: BillingProfile;
}>;

/** Each verb with its parts in place. */
export type BillingUseCases = Readonly<{
  listInvoices: ReturnType<typeof listInvoices>;
  gatherInvoices: ReturnType<typeof gatherInvoices>;
  invoicePending: ReturnType<typeof invoicePending>;
  getInvoice: ReturnType<typeof getInvoice>;
  voidInvoice: ReturnType<typeof voidInvoice>;
  recomputeInvoice: ReturnType<typeof recomputeInvoice>;
  simulateInvoice: ReturnType<typeof simulateInvoice>;
  listParkedBilling: ReturnType<typeof listParkedBilling>;
  listLateUsage: ReturnType<typeof listLateUsage>;
  checkInvariants: ReturnType<typeof checkInvariants>;
}>;

export const createBillingUseCases = (deps: BillingDeps): BillingUseCases => ({
  listInvoices: listInvoices(deps),
  gatherInvoices: gatherInvoices(deps),
  invoicePending: invoicePending(deps),
  getInvoice: getInvoice(deps),
  voidInvoice: voidInvoice(deps),
  recomputeInvoice: recomputeInvoice(deps),
  simulateInvoice: simulateInvoice(deps),
  listParkedBilling: listParkedBilling(deps),
  listLateUsage: listLateUsage(deps),
  checkInvariants: checkInvariants(deps),
});
