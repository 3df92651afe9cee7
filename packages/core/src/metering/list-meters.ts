import type { Meter } from "@meter/catalog";
import type { MeterOrder, MeterStore } from "./meter-store.ts";

export const listMeters =
  (deps: Readonly<{ meters: MeterStore }>) =>
  async (
    namespace: string,
    options: Readonly<{ order: MeterOrder; includeDeleted: boolean }>,
  ): Promise<readonly Meter[]> =>
    deps.meters.list(namespace, options);
