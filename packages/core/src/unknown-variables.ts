import { findClosest } from "@meter/primitives";

/** What clients of ours read, and whoever starts Meter in the same shell may have set. */
const ofClients: readonly string[] = ["METER_URL", "METER_KEY", "METER_API_KEY"];

/**
 * A line for each `METER_` variable that nobody reads: a misspelled one would leave its setting at the default, without a
 * word. An empty one counts as unset.
 */
export const findUnknownVariables = (
  environment: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
): readonly string[] =>
  Object.entries(environment)
    .filter(
      ([name, value = ""]) =>
        /^meter_/i.test(name) &&
        value.trim() !== "" &&
        !known.includes(name) &&
        !ofClients.includes(name) &&
        !isServiceLink(name, value),
    )
    .map(([name]) => {
      const meant = known.find((one) => rest(one) === findClosest(rest(name), known.map(rest))) ?? null;
      const shown = name.length > 64 ? `${name.slice(0, 64)}…` : name;
      return `${shown}: there is no such variable; ${meant === null ? `known: ${known.join(", ")}` : `did you mean ${meant}?`}`;
    })
    .toSorted();

/** What all have in common says nothing about what was meant. */
const rest = (name: string): string => name.slice("METER_".length);

/** Kubernetes tells every container of the services beside it: for one called `meter-x`, METER_X_SERVICE_HOST and more. */
const isServiceLink = (name: string, value: string): boolean =>
  /^METER_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/.test(
    name,
  ) || /^(tcp|udp|sctp):\/\//.test(value);
