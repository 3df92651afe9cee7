import * as catalog from "@meter/catalog";
import * as events from "@meter/events";
import * as invoicing from "@meter/invoicing";
import * as metering from "@meter/metering";
import * as pricing from "@meter/pricing";
import * as primitives from "@meter/primitives";
import * as subscriptions from "@meter/subscriptions";
import { describe, expect, test } from "vitest";
import * as core from "./index.ts";

// `export *` leaves out a name that two packages have, without a word.
describe("whoever imports core has every name of the pure floors, meaning what it means there", () => {
  const floors = { primitives, events, catalog, metering, pricing, subscriptions, invoicing };
  test.each(Object.entries(floors))("%s", (_, floor) => {
    expect(core).toMatchObject({ ...floor });
  });
});
