import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    // A worker for each core: by itself the runner leaves one free, which is half of a small machine.
    maxWorkers: "100%",
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [
            "{packages,apps}/*/src/**/*.test.ts",
            "docs/examples/*/src/**/*.test.ts",
            "infra/scripts/**/*.test.ts",
          ],
          exclude: ["**/*.int.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: [
            "{packages,apps}/*/src/**/*.int.test.ts",
            "docs/examples/*/src/**/*.int.test.ts",
            "infra/scripts/**/*.int.test.ts",
          ],
          globalSetup: ["packages/testkit/src/global-setup.ts"],
          testTimeout: 120_000,
        },
      },
    ],
  },
});
