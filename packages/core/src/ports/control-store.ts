import type { Meter, MeterDefinition, MeterId, MeterLabels, TooManyMeters } from "@meter/catalog";
import type { MeterBuild } from "@meter/metering";
import type { Instant, Result, Ulid } from "@meter/primitives";
import type { ApiKey, ApiKeyId } from "../api-key.ts";
import type { Customer, CustomerFields, CustomerId } from "../customer.ts";
import type { Namespace } from "../namespace.ts";
import type { Subject, SubjectFields, SubjectId } from "../subject.ts";
import type { MeterInUse } from "./catalog-store.ts";

export type Conflict = Readonly<{ type: "conflict"; message: string; conflictingId: string | null }>;

export type NamespaceStore = Readonly<{
  create: (namespace: Namespace) => Promise<Result<Namespace, Conflict>>;
  list: () => Promise<readonly Namespace[]>;
  find: (key: string) => Promise<Namespace | null>;
}>;

/** The key that asked for a change was itself revoked meanwhile. */
export type ActorRevoked = Readonly<{ type: "actor_revoked" }>;

export type RevokeApiKeyCommand = Readonly<{
  namespace: string;
  id: ApiKeyId;
  at: Instant;
  /** Also what it minted, and what that minted, and so on. */
  cascade: boolean;
  /** The key that asks; null when authentication is off. */
  by: ApiKeyId | null;
}>;

/** The key after the call, and every key below it that was not revoked before the call, newest first. */
export type Revocation = Readonly<{ key: ApiKey; minted: readonly ApiKey[] }>;

export type RevocationRefused =
  | ActorRevoked
  | Readonly<{ type: "api_key_not_found" }>
  /** No root key would be left. */
  | Readonly<{ type: "last_root_key" }>;

/** Creations and revocations happen one after another, so that none is decided by a tree of keys that another changes. */
export type ApiKeyStore = Readonly<{
  /** Refused when the key that mints it is revoked by now. A second live root key that nobody minted rejects. */
  create: (key: ApiKey) => Promise<Result<ApiKey, ActorRevoked>>;
  /** Live and revoked, newest first. */
  list: (namespace: string) => Promise<readonly ApiKey[]>;
  find: (id: ApiKeyId) => Promise<ApiKey | null>;
  /** Every key below this one that is not revoked, newest first. */
  listMinted: (id: ApiKeyId) => Promise<readonly ApiKey[]>;
  /** All of it or nothing. Revoking twice keeps the first instant. */
  revoke: (command: RevokeApiKeyCommand) => Promise<Result<Revocation, RevocationRefused>>;
  hasRoot: () => Promise<boolean>;
}>;

export type MeterOrder = Readonly<{
  by: "key" | "name" | "aggregation" | "createdAt" | "updatedAt";
  direction: "asc" | "desc";
}>;

/** A meter with its builds: the one that answers, and the one that will when it is complete. */
export type MeterWithBuilds = Readonly<{ meter: Meter; current: MeterBuild | null; pending: MeterBuild | null }>;

export type MeterStore = Readonly<{
  /**
   * Meter and first (pending) build in one transaction. A live meter of the same key is a conflict; one more than
   * `meterLimits` allows is refused, decided in one step with other creations.
   */
  create: (meter: Meter, build: MeterBuild) => Promise<Result<Meter, Conflict | TooManyMeters>>;
  list: (
    namespace: string,
    options: Readonly<{ order: MeterOrder; includeDeleted: boolean }>,
  ) => Promise<readonly Meter[]>;
  /** By id (deleted ones, too) or by key (live ones only). */
  find: (namespace: string, idOrKey: string) => Promise<MeterWithBuilds | null>;
  /**
   * Sets labels and group-by of a live meter. When the group-by is another than the stored one, `build` becomes the
   * pending one, and a pending one before it ends; else `build` is not used. Decided in one step, so that two changes at
   * once leave the build of the one that came last. Null when there is no such live meter. `endedAt` is the system's time.
   * A dimension that a feature filters on which is not archived and in use at `updatedAt` keeps its path: decided in one step
   * with publications and subscriptions.
   */
  update: (
    namespace: string,
    id: MeterId,
    change: Readonly<{
      labels: MeterLabels;
      groupBy: MeterDefinition["groupBy"];
      updatedAt: Instant;
      build: MeterBuild;
      endedAt: Instant;
    }>,
  ) => Promise<Result<Meter, MeterInUse> | null>;
  /**
   * Soft: the meter stays, its builds end, at the system's time. Refused while a feature that names it, and is not archived,
   * is in use at `deletedAt`: decided in one step with publications and subscriptions. Null when there is no such live meter.
   */
  delete: (
    namespace: string,
    id: MeterId,
    at: Readonly<{ deletedAt: Instant; buildsEndedAt: Instant }>,
  ) => Promise<Result<null, MeterInUse> | null>;
  /** Live meters of an event type, for explaining events. */
  listByEventTypes: (namespace: string, eventTypes: readonly string[]) => Promise<readonly Meter[]>;
}>;

export type CustomerPage = Readonly<{ items: readonly Customer[]; totalCount: number }>;

export type CustomerStore = Readonly<{
  /** A key or subject key that another live customer of the namespace uses, as key, id or subject key, is a conflict. Subjects are created for its subject keys. */
  create: (customer: Customer) => Promise<Result<Customer, Conflict>>;
  find: (namespace: string, idOrKey: string) => Promise<Customer | null>;
  findMany: (namespace: string, ids: readonly CustomerId[]) => Promise<readonly Customer[]>;
  list: (
    namespace: string,
    options: Readonly<{
      page: number;
      pageSize: number;
      key?: string;
      name?: string;
      primaryEmail?: string;
      subject?: string;
      includeDeleted: boolean;
      order: Readonly<{ by: "id" | "name" | "createdAt"; direction: "asc" | "desc" }>;
    }>,
  ) => Promise<CustomerPage>;
  update: (
    namespace: string,
    id: CustomerId,
    fields: CustomerFields,
    updatedAt: Instant,
  ) => Promise<Result<Customer, Conflict> | null>;
  /** Soft. False when it was not live. */
  delete: (namespace: string, id: CustomerId, at: Instant) => Promise<boolean>;
  /** Who the subjects belong to: the customer whose key is the subject, else whose subject keys contain it. Live ones only. */
  attribute: (namespace: string, subjects: readonly string[]) => Promise<ReadonlyMap<string, CustomerId>>;
}>;

export type SubjectStore = Readonly<{
  list: (namespace: string) => Promise<readonly Subject[]>;
  /** Absent fields stay as they are, null clears. In the order given. */
  upsert: (
    namespace: string,
    subjects: readonly SubjectFields[],
    ids: readonly SubjectId[],
    at: Instant,
  ) => Promise<readonly Subject[]>;
  find: (namespace: string, idOrKey: string) => Promise<Subject | null>;
  findByKeys: (namespace: string, keys: readonly string[]) => Promise<readonly Subject[]>;
  delete: (namespace: string, id: SubjectId, at: Instant) => Promise<boolean>;
}>;

/** Which event logs this control plane knows. */
export type LogRegistry = Readonly<{
  list: () => Promise<readonly Ulid[]>;
  register: (id: Ulid, at: Instant) => Promise<void>;
}>;
