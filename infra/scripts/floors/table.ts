// The table of floors, as data. A package is one row's; a new package gets its row first.

type Row = Readonly<{
  floor: number;
  packages: readonly string[];
  /** The only packages these may import; without it, everything on the floors below. */
  only?: readonly string[];
}>;

const rows: readonly Row[] = [
  { floor: 0, packages: ["primitives"] },
  { floor: 1, packages: ["events", "catalog"] },
  { floor: 2, packages: ["metering", "pricing", "subscriptions", "entitlements", "ledger"] },
  { floor: 3, packages: ["invoicing"] },
  { floor: 4, packages: ["core"] },
  {
    floor: 5,
    packages: ["postgres", "clickhouse", "log-local", "log-kafka", "embedded", "stripe", "webhooks", "http"],
  },
  // In our users' code: besides these, the types generated from the API.
  { floor: 5, packages: ["sdk", "react", "ai", "ui"], only: ["primitives"] },
];

/** Floors 0–3: no I/O, no clock, no randomness, no environment. */
export const pureFloorMax = 3;

/** Up to here, the only foreign run-time dependencies are those of `foreignAllowed`. */
export const ownFloorMax = 4;
export const foreignAllowed: readonly string[] = ["zod", "temporal-polyfill"];

/** Packages whose `src` is laid out by capability, and the order in which the folders may stand on one another. */
export const capabilities: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "packages/core",
    [
      "shared",
      "clock",
      "access",
      "metering",
      "worker",
      "catalog",
      "billing",
      "customers",
      "subscriptions",
      "memory",
      "library",
    ],
  ],
]);

/** The app that wires the others together in one process. */
const wiringApp = "standalone";

/** The library, and the numbers and times that it shares. */
const exampleMayUse: readonly string[] = ["core", "primitives"];

/** Adapters are tested on the real engines, so their tests may start them. */
const enginePackage = "embedded";

/** Where a folder stands in the house. */
export type Place =
  | Readonly<{ kind: "package"; name: string; floor: number; only: readonly string[] | null }>
  | Readonly<{ kind: "testkit" }>
  | Readonly<{ kind: "app"; name: string }>
  | Readonly<{ kind: "example"; name: string }>
  | Readonly<{ kind: "infra" }> // repository scripts and the root's own configuration
  | Readonly<{ kind: "unknown"; folder: string }>;

/** The place of a workspace folder (relative to the root; "" is the root itself). */
export const placeOf = (folder: string): Place => {
  if (folder === "" || folder.startsWith("infra/")) return { kind: "infra" };
  if (folder === "packages/testkit") return { kind: "testkit" };
  const name = folder.slice(folder.lastIndexOf("/") + 1);
  if (folder.startsWith("apps/")) return { kind: "app", name };
  if (folder.startsWith("docs/examples/")) return { kind: "example", name };
  const row = rows.find(({ packages }) => folder === `packages/${name}` && packages.includes(name));
  return row ? { kind: "package", name, floor: row.floor, only: row.only ?? null } : { kind: "unknown", folder };
};

export const isPure = (place: Place): boolean => place.kind === "package" && place.floor <= pureFloorMax;

/** Up to here everything is in the library, which runs in browsers and on Node 20: nothing that these do not have. */
export const isPortable = (place: Place): boolean => place.kind === "package" && place.floor <= ownFloorMax;

export const isOwnOnly = (place: Place): boolean => place.kind === "package" && place.floor <= ownFloorMax;

/** Why `from` may not import `to`, or null when it may. Type-only imports follow the same rule. */
export const refuseImport = (from: Place, to: Place, inTests: boolean): string | null => {
  switch (to.kind) {
    case "unknown":
      return `${to.folder} has no row in the table of floors`;
    case "infra":
      return "nothing imports the repository's scripts";
    case "example":
      return "nothing imports an example";
    case "testkit":
      return inTests || from.kind === "infra" ? null : "testkit is for tests";
    case "app":
      if (from.kind === "infra" || (from.kind === "app" && from.name === wiringApp)) return null;
      return `only ${wiringApp} imports other apps`;
    case "package":
      return refusePackage(from, to, inTests);
  }
};

const refusePackage = (from: Place, to: Extract<Place, { kind: "package" }>, inTests: boolean): string | null => {
  switch (from.kind) {
    case "infra":
    case "testkit":
    case "app":
      return null;
    case "unknown":
      return null; // reported once, for the folder
    case "example":
      return exampleMayUse.includes(to.name)
        ? null
        : `an example uses what our users do, the API over HTTP or the library: ${exampleMayUse.join(", ")}, not ${to.name}`;
    case "package":
      if (to.floor > from.floor)
        return `upward: floor ${from.floor} (${from.name}) may not import floor ${to.floor} (${to.name})`;
      if (to.floor === from.floor && inTests && to.name === enginePackage) return null;
      if (to.floor === from.floor) return `sideways: ${from.name} and ${to.name} are both on floor ${to.floor}`;
      if (from.only?.includes(to.name) === false)
        return `${from.name} imports only ${from.only.join(", ")}, not ${to.name}`;
      return null;
  }
};
