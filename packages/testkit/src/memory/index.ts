export { createManualClock, type ManualClock } from "./manual-clock.ts";
export { createTestCrypto, createTestIds } from "./sources.ts";
export { createMemoryApiKeys, createMemoryNamespaces } from "./access-stores.ts";
export { createMemoryCustomers } from "./customer-store.ts";
export { createMemoryMeters, type MemoryMeters } from "./meter-store.ts";
export { createMemoryParkedEvents } from "./parked-events.ts";
export { createMemorySubjects } from "./subject-store.ts";
export { createMemoryUsage, type MemoryUsage } from "./usage.ts";
