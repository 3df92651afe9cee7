import { describe, expect, test } from "vitest";
import { isLoopback, parseConfig } from "./config.ts";

const faultsOf = (environment: Record<string, string>): readonly string[] => {
  const parsed = parseConfig(environment);
  return parsed.ok ? [] : parsed.error;
};

describe("configuration", () => {
  test("an empty environment is the default installation", () => {
    expect(parseConfig({})).toEqual({
      ok: true,
      value: {
        host: "127.0.0.1",
        port: 8888,
        dataDir: "./data",
        databaseUrl: null,
        auth: "on",
        clock: "system",
        publicUrl: null,
        zeroInvoices: "issue",
        logLevel: "info",
        logFormat: null,
        secret: null,
      },
    });
  });

  test.each([
    { variable: "METER_PORT", value: "80a", why: "not a number" },
    { variable: "METER_PORT", value: "65536", why: "above the last port" },
    { variable: "METER_PORT", value: "-1", why: "negative" },
    { variable: "METER_HOST", value: "a b", why: "a space" },
    { variable: "METER_AUTH", value: "no", why: "neither on nor off" },
    { variable: "METER_LOG_LEVEL", value: "loud", why: "no level" },
    { variable: "METER_LOG_FORMAT", value: "xml", why: "no format" },
    { variable: "METER_PUBLIC_URL", value: "meter.example.com", why: "no scheme" },
    { variable: "METER_PUBLIC_URL", value: "ftp://meter.example.com", why: "no web" },
    { variable: "METER_PUBLIC_URL", value: "https://a:b@meter.example.com", why: "a user" },
    { variable: "METER_PUBLIC_URL", value: "https://meter.example.com/?a=1", why: "a query" },
    { variable: "METER_CLOCK", value: "sundial", why: "no clock" },
    { variable: "METER_CONFIG", value: "meter.json", why: "not built" },
    { variable: "CLICKHOUSE_URL", value: "http://localhost:8123", why: "not built" },
    { variable: "KAFKA_BROKERS", value: "localhost:9092", why: "not built" },
    { variable: "DATABASE_URL", value: "mysql://x", why: "another database" },
    { variable: "METER_SECRET", value: "short", why: "too short" },
  ])("$variable=$value is one line that names it ($why)", ({ variable, value }) => {
    const faults = faultsOf({ [variable]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${variable}: .+`));
  });

  test("every bad value is named at once, and the secret never repeated", () => {
    const faults = faultsOf({ METER_PORT: "x", METER_AUTH: "y", METER_SECRET: "tell-nobody" });
    expect(faults.map((line) => line.split(":")[0])).toEqual(["METER_AUTH", "METER_PORT", "METER_SECRET"]);
    expect(faults.join()).not.toContain("tell-nobody");
  });

  test.each([
    { name: "METER_DATADIR", line: "METER_DATADIR: there is no such variable; did you mean METER_DATA_DIR?" },
    { name: "METER_PROT", line: "METER_PROT: there is no such variable; did you mean METER_PORT?" },
    { name: "meter_host", line: "meter_host: there is no such variable; did you mean METER_HOST?" },
    {
      name: "METER_COLOUR",
      line: expect.stringMatching(/^METER_COLOUR: .*known: METER_CONFIG, METER_HOST, METER_AUTH,/),
    },
  ])("$name is not left aside", ({ name, line }) => {
    expect(faultsOf({ [name]: "x" })).toEqual([line]);
    expect(faultsOf({ [name]: " " })).toEqual([]);
  });

  test("beside a bad value, one line each", () => {
    expect(faultsOf({ METER_PORT: "x", METER_PROT: "8888" })).toHaveLength(2);
  });

  test.each([
    { METER_URL: "http://127.0.0.1:8888", METER_KEY: "mtr_x", METER_API_KEY: "mtr_x" },
    { METER_SERVICE_HOST: "10.0.0.1", METER_SERVICE_PORT: "80", METER_SERVICE_PORT_HTTP: "80" },
    {
      METER_API_PORT: "tcp://10.0.0.1:80",
      METER_API_PORT_80_TCP: "tcp://10.0.0.1:80",
      METER_API_PORT_80_TCP_ADDR: "10.0.0.1",
    },
    { PATH: "/bin", METERS: "x", NOT_METER_PORT: "x" },
  ])("what others set is theirs: %j", (environment) => {
    expect(parseConfig(environment)).toEqual(parseConfig({}));
  });

  test.each([
    ["https://meter.example.com", "https://meter.example.com"],
    ["https://meter.example.com/", "https://meter.example.com"],
    ["http://127.0.0.1:8888/billing/", "http://127.0.0.1:8888/billing"],
  ])("METER_PUBLIC_URL=%s is %s", (given, publicUrl) => {
    expect(parseConfig({ METER_PUBLIC_URL: given })).toMatchObject({ ok: true, value: { publicUrl } });
  });

  test("the clock can be a manual one", () => {
    expect(parseConfig({ METER_CLOCK: "manual" })).toMatchObject({ ok: true, value: { clock: "manual" } });
    expect(parseConfig({ METER_CLOCK: "system" })).toEqual(parseConfig({}));
  });

  test("auth is off only where nobody else can reach it", () => {
    expect(faultsOf({ METER_AUTH: "off", METER_HOST: "0.0.0.0" })).toHaveLength(1);
    expect(faultsOf({ METER_AUTH: "off", METER_HOST: "127.0.0.1" })).toEqual([]);
  });

  test.each([
    ["127.0.0.1", true],
    ["127.8.8.8", true],
    ["::1", true],
    ["localhost", true],
    ["0.0.0.0", false],
    ["127.0.0.1.example.com", false],
    ["10.0.0.1", false],
  ])("%s is a loopback address: %s", (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
