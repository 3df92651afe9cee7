import { zeroInvoiceModes, type ZeroInvoices } from "@meter/invoicing";
import { err, ok, type Result } from "@meter/primitives";
import { findUnknownVariables } from "./unknown-variables.ts";

export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export const logFormats = ["json", "text"] as const;
export type LogFormat = (typeof logFormats)[number];

/** What every app reads from its environment, parsed once. */
export type Config = Readonly<{
  host: string;
  /** 0: any free port. */
  port: number;
  /** As given; the app resolves it against its working directory. */
  dataDir: string;
  /** Null: the embedded Postgres. */
  databaseUrl: string | null;
  auth: "on" | "off";
  /** `manual`: the product's time is what `PUT /api/v1/clock` sets. */
  clock: "system" | "manual";
  /** Where clients find it, without a slash at its end; null: where their requests go. */
  publicUrl: string | null;
  zeroInvoices: ZeroInvoices;
  logLevel: LogLevel;
  /** Null: text for a terminal, json for anything else. */
  logFormat: LogFormat | null;
  /** Seals stored third-party keys and signs portal tokens. Null: kept in the data directory. */
  secret: string | null;
}>;

export type Environment = Readonly<Record<string, string | undefined>>;

const secretLengthMin = 32;
const loopbackHosts: readonly string[] = ["localhost", "::1", "[::1]"];

/** Whether only this machine can reach the host: 127.0.0.0/8, ::1 or localhost. */
export const isLoopback = (host: string): boolean =>
  loopbackHosts.includes(host) || /^127(?:\.(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])){3}$/.test(host);

const isPublicUrl = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && `${url.origin}${url.pathname}`.replace(/\/$/, "") === text;
};

/** Variables whose part is not built: set, they stop the start, so that nobody believes they work. */
const notBuilt: readonly Readonly<{ name: string; line: string }>[] = [
  { name: "CLICKHOUSE_URL", line: "an own ClickHouse is not supported yet; leave it unset to use the embedded one" },
  { name: "KAFKA_BROKERS", line: "a Kafka log is not supported yet; leave it unset to use the local log" },
  { name: "METER_CONFIG", line: "a configuration file is not supported yet; create meters over the API" },
];

/** Everything wrong with the environment, variables of ours that there are not among it, one readable line for each variable; an empty variable counts as unset. */
export const parseConfig = (environment: Environment): Result<Config, readonly string[]> => {
  const faults: string[] = [];
  const known = new Set<string>();
  const read = (name: string): string | null => {
    known.add(name);
    const value = environment[name]?.trim();
    return value === undefined || value === "" ? null : value;
  };
  const oneOf = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    const value = read(name);
    const found = value === null ? fallback : allowed.find((candidate) => candidate === value);
    if (found === undefined) faults.push(`${name}: must be one of ${allowed.join(", ")}, not "${value}"`);
    return found ?? fallback;
  };

  for (const { name, line } of notBuilt) if (read(name) !== null) faults.push(`${name}: ${line}`);

  const host = read("METER_HOST") ?? "127.0.0.1";
  if (!/^[A-Za-z0-9.:[\]_-]+$/.test(host)) faults.push(`METER_HOST: "${host}" is not a host name or address`);
  const auth = oneOf("METER_AUTH", ["on", "off"], "on");
  if (auth === "off" && !isLoopback(host))
    faults.push(`METER_AUTH: off is allowed only on a loopback address, and METER_HOST is "${host}"`);

  const clock = oneOf("METER_CLOCK", ["system", "manual"], "system");

  const portText = read("METER_PORT") ?? "8888";
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : -1;
  if (port < 0 || port > 65_535) faults.push(`METER_PORT: must be a whole number from 0 to 65535, not "${portText}"`);

  const publicUrl = read("METER_PUBLIC_URL")?.replace(/\/+$/, "") ?? null;
  if (publicUrl !== null && !isPublicUrl(publicUrl))
    faults.push("METER_PUBLIC_URL: must be like https://meter.example.com, without user, query and fragment");

  const databaseUrl = read("DATABASE_URL");
  if (databaseUrl !== null && !/^postgres(?:ql)?:\/\//.test(databaseUrl))
    faults.push("DATABASE_URL: must begin with postgres:// or postgresql://");

  const secret = read("METER_SECRET");
  if (secret !== null && secret.length < secretLengthMin)
    faults.push(`METER_SECRET: must have at least ${secretLengthMin} characters`);

  const dataDir = read("METER_DATA_DIR") ?? "./data";
  if (dataDir.includes("\0")) faults.push("METER_DATA_DIR: must not contain a NUL character");
  const zeroInvoices = oneOf("METER_ZERO_INVOICES", zeroInvoiceModes, "issue");
  const logLevel = oneOf("METER_LOG_LEVEL", logLevels, "info");
  const logFormat = oneOf<LogFormat | "">("METER_LOG_FORMAT", logFormats, "") || null;

  faults.push(
    ...findUnknownVariables(
      environment,
      [...known].filter((name) => name.startsWith("METER_")),
    ),
  );
  return faults.length > 0
    ? err(faults)
    : ok({ host, port, dataDir, databaseUrl, auth, clock, publicUrl, zeroInvoices, logLevel, logFormat, secret });
};
