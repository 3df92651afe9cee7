import type { Meter, MeterId } from "@meter/catalog";
import type { BuildState, MeterWithBuilds, ParkedEvent } from "@meter/core";
import type { BuildId, MeterBuild } from "@meter/metering";
import type { Instant } from "@meter/primitives";

type Build = {
  readonly build: MeterBuild;
  readonly meterId: MeterId;
  status: "pending" | "current" | "ended";
  endedAt: number;
  usageDeleted: boolean;
  fromOffset: number | null;
  backfilled: boolean;
};

/** The rows of Postgres that matter to the data plane. Every change is a transaction: durable, and seen at once. */
export type Control = {
  readonly meters: Map<MeterId, Meter>;
  readonly builds: Map<BuildId, Build>;
  readonly parked: Map<number, ParkedEvent>;
};

export const createControl = (): Control => ({ meters: new Map(), builds: new Map(), parked: new Map() });

export const liveMeters = (control: Control): readonly Meter[] =>
  [...control.meters.values()].filter(({ deletedAt }) => deletedAt === null);

export const liveBuilds = (control: Control): readonly Build[] =>
  [...control.builds.values()].filter(({ status }) => status !== "ended");

const addBuild = (control: Control, meterId: MeterId, build: MeterBuild, at: number): void => {
  for (const other of control.builds.values())
    if (other.meterId === meterId && other.status === "pending") end(other, at);
  control.builds.set(build.id, {
    build,
    meterId,
    status: "pending",
    endedAt: 0,
    usageDeleted: false,
    fromOffset: null,
    backfilled: false,
  });
};

const end = (build: Build, at: number): void => {
  if (build.status === "ended") return;
  build.status = "ended";
  build.endedAt = at;
};

export const createMeter = (control: Control, meter: Meter, build: MeterBuild): void => {
  control.meters.set(meter.id, meter);
  addBuild(control, meter.id, build, meter.createdAt);
};

/** A changed group-by: a new pending build, which ends one that was pending. */
export const changeMeter = (control: Control, meter: Meter, build: MeterBuild): void => {
  control.meters.set(meter.id, meter);
  addBuild(control, meter.id, build, meter.updatedAt);
};

export const deleteMeter = (control: Control, meter: Meter, at: Instant): void => {
  control.meters.set(meter.id, { ...meter, deletedAt: at });
  for (const build of control.builds.values()) if (build.meterId === meter.id) end(build, at);
};

export const findMeter = (control: Control, id: string): MeterWithBuilds | null => {
  const meter = [...control.meters.values()].find((one) => one.id === id);
  if (meter === undefined) return null;
  const of = (status: Build["status"]): MeterBuild | null =>
    [...control.builds.values()].find((one) => one.meterId === meter.id && one.status === status)?.build ?? null;
  return { meter, current: of("current"), pending: of("pending") };
};

export const listLive = (control: Control): readonly BuildState[] =>
  liveBuilds(control).map(({ build, meterId, fromOffset, backfilled }) => ({ build, meterId, fromOffset, backfilled }));

/** A cut that is there stays. */
export const cutBuilds = (control: Control, ids: readonly BuildId[], fromOffset: number): void => {
  for (const id of ids) {
    const build = control.builds.get(id);
    if (build !== undefined) build.fromOffset ??= fromOffset;
  }
};

/** Answers whether the meter has switched. */
export const completeBuild = (control: Control, id: BuildId, at: Instant): boolean => {
  const build = control.builds.get(id);
  if (build === undefined || build.fromOffset === null) throw new Error(`build ${id} has no cut`);
  build.backfilled = true;
  if (build.status !== "pending") return false;
  for (const other of control.builds.values())
    if (other.meterId === build.meterId && other.status === "current") end(other, at);
  build.status = "current";
  return true;
};

export const listEnded = (control: Control, before: Instant): readonly BuildId[] =>
  [...control.builds.values()]
    .filter(({ status, endedAt, usageDeleted }) => status === "ended" && !usageDeleted && endedAt < before)
    .map(({ build }) => build.id);

export const markDeleted = (control: Control, ids: readonly BuildId[]): void => {
  for (const id of ids) {
    const build = control.builds.get(id);
    if (build !== undefined) build.usageDeleted = true;
  }
};

export const park = (control: Control, event: ParkedEvent): void => {
  const before = control.parked.get(event.position.offset);
  control.parked.set(event.position.offset, { ...event, parkedAt: before?.parkedAt ?? event.parkedAt });
};
