import { describe, expect, test } from "vitest";

import { subscriptionStatusAt } from "./status.ts";
import { at } from "./subscription.test-support.ts";

const open = { activeFrom: at("2025-01-01"), activeTo: null, deletedAt: null };
const ending = { ...open, activeTo: at("2025-02-01") };

describe("subscriptionStatusAt", () => {
  test.each([
    { lifespan: null, moment: "2025-01-15", status: "inactive", why: "there is none" },
    { lifespan: open, moment: "2024-12-31T23:59:59.999Z", status: "scheduled", why: "before the start" },
    { lifespan: open, moment: "2025-01-01", status: "active", why: "the start belongs to it" },
    { lifespan: ending, moment: "2024-12-31", status: "scheduled", why: "an end does not matter before the start" },
    { lifespan: ending, moment: "2025-01-31T23:59:59.999Z", status: "canceled", why: "alive with a known end" },
    { lifespan: ending, moment: "2025-02-01", status: "inactive", why: "the end does not belong to it" },
    {
      lifespan: { ...open, activeTo: open.activeFrom },
      moment: "2025-01-01",
      status: "inactive",
      why: "an empty life has no instant",
    },
    {
      lifespan: { ...open, deletedAt: at("2024-12-01") },
      moment: "2025-01-15",
      status: "inactive",
      why: "deleted is over, whatever its dates",
    },
  ])("$status: $why", ({ lifespan, moment, status }) => {
    expect(subscriptionStatusAt(lifespan, at(moment))).toBe(status);
  });
});
