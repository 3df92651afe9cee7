import type { Clock } from "../ports/clock.ts";
import type { ApiKeyStore, CustomerStore, MeterStore, NamespaceStore, SubjectStore } from "../ports/control-store.ts";
import type { EventLogHead } from "../ports/event-log.ts";
import type { UsageFreshness } from "../ports/freshness.ts";
import type { ParkedEvents } from "../ports/parked-events.ts";
import type { UsageReader } from "../ports/usage-reader.ts";
import type { ApiKeyCache } from "./api-key-cache.ts";
import { createApiKey } from "./create-api-key.ts";
import { createCustomer } from "./create-customer.ts";
import { createNamespace } from "./create-namespace.ts";
import { defineMeter } from "./define-meter.ts";
import { deleteCustomer } from "./delete-customer.ts";
import { deleteMeter } from "./delete-meter.ts";
import { deleteSubject } from "./delete-subject.ts";
import { getCustomer } from "./get-customer.ts";
import { getMeter } from "./get-meter.ts";
import { getSubject } from "./get-subject.ts";
import { listApiKeys } from "./list-api-keys.ts";
import { listCustomers } from "./list-customers.ts";
import { listEvents } from "./list-events.ts";
import { listGroupByValues } from "./list-group-by-values.ts";
import { listMeterSubjects } from "./list-meter-subjects.ts";
import { listMeters } from "./list-meters.ts";
import { listNamespaces } from "./list-namespaces.ts";
import { listParkedEvents } from "./list-parked-events.ts";
import { findDisplayNames, listSubjects } from "./list-subjects.ts";
import { queryMeter } from "./query-meter.ts";
import { revokeApiKey } from "./revoke-api-key.ts";
import type { Crypto, IdSource, MonotonicNow } from "./sources.ts";
import { updateCustomer } from "./update-customer.ts";
import { updateMeter } from "./update-meter.ts";
import { upsertSubjects } from "./upsert-subjects.ts";

/** Everything the control use cases stand on. */
export type ControlDeps = Readonly<{
  namespaces: NamespaceStore;
  apiKeys: ApiKeyStore;
  /** The cache that `authenticate` reads, so that a revoked key is refused at once. */
  apiKeyCache: ApiKeyCache;
  meters: MeterStore;
  customers: CustomerStore;
  subjects: SubjectStore;
  parked: ParkedEvents;
  reader: UsageReader;
  freshness: UsageFreshness;
  log: EventLogHead;
  clock: Clock;
  ids: IdSource;
  crypto: Crypto;
  monotonicNow: MonotonicNow;
}>;

/** Each use case with its parts in place. */
export type ControlUseCases = Readonly<{
  createNamespace: ReturnType<typeof createNamespace>;
  listNamespaces: ReturnType<typeof listNamespaces>;
  createApiKey: ReturnType<typeof createApiKey>;
  listApiKeys: ReturnType<typeof listApiKeys>;
  revokeApiKey: ReturnType<typeof revokeApiKey>;
  defineMeter: ReturnType<typeof defineMeter>;
  listMeters: ReturnType<typeof listMeters>;
  getMeter: ReturnType<typeof getMeter>;
  updateMeter: ReturnType<typeof updateMeter>;
  deleteMeter: ReturnType<typeof deleteMeter>;
  queryMeter: ReturnType<typeof queryMeter>;
  listMeterSubjects: ReturnType<typeof listMeterSubjects>;
  listGroupByValues: ReturnType<typeof listGroupByValues>;
  listEvents: ReturnType<typeof listEvents>;
  listParkedEvents: ReturnType<typeof listParkedEvents>;
  createCustomer: ReturnType<typeof createCustomer>;
  listCustomers: ReturnType<typeof listCustomers>;
  getCustomer: ReturnType<typeof getCustomer>;
  updateCustomer: ReturnType<typeof updateCustomer>;
  deleteCustomer: ReturnType<typeof deleteCustomer>;
  upsertSubjects: ReturnType<typeof upsertSubjects>;
  listSubjects: ReturnType<typeof listSubjects>;
  findDisplayNames: ReturnType<typeof findDisplayNames>;
  getSubject: ReturnType<typeof getSubject>;
  deleteSubject: ReturnType<typeof deleteSubject>;
}>;

export const createControlUseCases = (deps: ControlDeps): ControlUseCases => ({
  createNamespace: createNamespace(deps),
  listNamespaces: listNamespaces(deps),
  createApiKey: createApiKey(deps),
  listApiKeys: listApiKeys(deps),
  revokeApiKey: revokeApiKey({ ...deps, cache: deps.apiKeyCache }),
  defineMeter: defineMeter(deps),
  listMeters: listMeters(deps),
  getMeter: getMeter(deps),
  updateMeter: updateMeter(deps),
  deleteMeter: deleteMeter(deps),
  queryMeter: queryMeter(deps),
  listMeterSubjects: listMeterSubjects(deps),
  listGroupByValues: listGroupByValues(deps),
  listEvents: listEvents(deps),
  listParkedEvents: listParkedEvents(deps),
  createCustomer: createCustomer(deps),
  listCustomers: listCustomers(deps),
  getCustomer: getCustomer(deps),
  updateCustomer: updateCustomer(deps),
  deleteCustomer: deleteCustomer(deps),
  upsertSubjects: upsertSubjects(deps),
  listSubjects: listSubjects(deps),
  findDisplayNames: findDisplayNames(deps),
  getSubject: getSubject(deps),
  deleteSubject: deleteSubject(deps),
});
