import { DataDirectoryError } from "@meter/embedded";
import { describe, expect, test } from "vitest";
import { explainDatabase, explainFailure } from "./explain-failure.ts";
import { FatalError } from "./fatal-error.ts";

const dataDir = "/srv/meter";
const full = `METER_DATA_DIR: ${dataDir} is on a disk that is full`;
const readOnly = `METER_DATA_DIR: ${dataDir} is on a read-only file system`;

describe("a failed start in one line for whoever can do something about it", () => {
  test.each([
    { error: new FatalError("METER_PORT: taken"), line: "METER_PORT: taken", why: "said already" },
    {
      error: new DataDirectoryError("METER_DATA_DIR: x holds files"),
      line: "METER_DATA_DIR: x holds files",
      why: "said already",
    },
    { error: new Error("ENOSPC: no space left on device, write"), line: full, why: "Node" },
    {
      error: new Error('could not write to file "pg_wal/xlogtemp.1": No space left on device'),
      line: full,
      why: "Postgres",
    },
    {
      error: new Error('could not extend file "base/5/1": wrote only 4096 of 8192 bytes at block 0'),
      line: full,
      why: "Postgres, a short write",
    },
    {
      error: new Error("migration failed", { cause: new Error("Cannot reserve 1.00 MiB, not enough space.") }),
      line: full,
      why: "ClickHouse, as a cause",
    },
    { error: new Error("EROFS: read-only file system, open 'x'"), line: readOnly, why: "Node" },
  ])("$why: $line", ({ error, line }) => {
    const explained = explainFailure(error, { dataDir });
    expect(explained).toBeInstanceOf(FatalError);
    expect(explained).toHaveProperty("message", line);
  });

  test("a fault of ours stays what it is", () => {
    const fault = new TypeError("x is not a function");
    expect(explainFailure(fault, { dataDir })).toBe(fault);
    expect(explainFailure("thrown text", { dataDir })).toBe("thrown text");
  });
});

describe("a database that cannot be used", () => {
  test.each([
    {
      url: "postgres://meter:geheim@db.example:5432/billing",
      error: new Error("connect\n refused"),
      line: "DATABASE_URL: the database at db.example:5432/billing cannot be used: connect · refused",
      why: "neither user nor password is shown",
    },
    {
      url: "postgres://meter:geheim@/billing?host=/run",
      error: new Error("no such file"),
      line: "DATABASE_URL: the database cannot be used: no such file",
      why: "an address of another form is not shown at all",
    },
    {
      url: "postgres://localhost/billing",
      error: Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }),
      line: "DATABASE_URL: the database at localhost/billing cannot be used: ECONNREFUSED",
      why: "refused at several addresses: no message, only a code",
    },
  ])("$why", ({ url, error, line }) => {
    expect(explainDatabase(error, url).message).toBe(line);
  });
});
