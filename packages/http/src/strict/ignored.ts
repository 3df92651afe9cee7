/** What an object has that only we write; clients send it back when they change what they read. */
const readOnly = ["id", "createdAt", "updatedAt", "deletedAt"] as const;

/**
 * Members that are taken and have no effect, by operation and place, and parameters, by operation: what the reference's
 * clients send and expect to be left aside. Nothing else is ignored. docs/compatibility.md lists them.
 */
export const ignoredMembers: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  updateMeter: { "": [...readOnly, "annotations"] },
  updateCustomer: { "": [...readOnly, "annotations"] },
  updatePlan: { "": [...readOnly, "version", "status", "effectiveFrom", "effectiveTo", "validationErrors"] },
  upsertSubjects: { "[]": readOnly },
  // A rate card of a plan can be previewed, and put on a line, as it is: these do not decide what it costs.
  previewPrice: {
    rateCard: ["type", "key", "name", "description", "metadata", "billingCadence", "entitlementTemplate"],
  },
  simulateInvoice: {
    "lines[].rateCard": ["type", "key", "name", "description", "metadata", "billingCadence", "entitlementTemplate"],
  },
};

export const ignoredParameters: Readonly<Record<string, readonly string[]>> = {
  listMeters: ["page", "pageSize"], // all of them are in one answer, there as here
};

/** POSTs that do the same when they are sent twice as when they are sent once: an Idempotency-Key asks for nothing more. */
export const repeatable: readonly string[] = [
  "ingestEvents",
  "queryMeterPost",
  "previewPrice",
  "simulateInvoice",
  "recomputeInvoice",
  "upsertSubjects",
];
