import type { MeterBuild } from "@meter/metering";
import { assert, err, ok, type Result } from "@meter/primitives";
import type { MeterWithBuilds } from "./meter-store.ts";
import type { UsageFreshness } from "./freshness.ts";
import type { Wait } from "./fresh-usage.ts";

/** The meter's usage is still being folded from events that were there before it. `progress`: 0 to 1. */
export type UsageBuilding = Readonly<{ type: "usage_building"; progress: number }>;

/**
 * Which build answers: the pending one when it is complete; else the current one, if it has every needed dimension at the
 * path that the meter's definition names; else the pending one, waited for.
 */
export const resolveBuild = async (
  freshness: Pick<UsageFreshness, "buildReady">,
  found: MeterWithBuilds,
  dimensionsNeeded: readonly string[],
  wait: Wait,
): Promise<Result<MeterBuild, UsageBuilding>> => {
  const { meter, current, pending } = found;
  if (pending === null) {
    assert(current !== null, "a live meter has a build");
    return ok(current);
  }
  const now = await freshness.buildReady(pending.id, 0);
  if (now.ready) return ok(pending);
  if (current !== null && dimensionsNeeded.every((key) => pathOf(current, key) === meter.groupBy[key]))
    return ok(current);
  const later = await freshness.buildReady(pending.id, wait.restMs());
  return later.ready ? ok(pending) : err({ type: "usage_building", progress: later.progress });
};

const pathOf = (build: MeterBuild, key: string): string | undefined =>
  build.dimensions.find((dimension) => dimension.key === key)?.path.text;
