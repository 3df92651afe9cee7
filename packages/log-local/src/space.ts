import { statfs } from "node:fs/promises";
import { basename } from "node:path";
import { defaultLimits } from "./limits.ts";

/** What is left of a file system, in bytes, and which directory it was asked by. */
export type Space = Readonly<{ of: string; free: number; total: number }>;

export type SpaceGuard = Readonly<{
  /** False when the log must take nothing more, so that what it holds can still be written to the tables. */
  hasRoom: (bytes: number) => Promise<boolean>;
  /** The tightest, as it was seen a moment ago, less what was taken since; null when no file system says. */
  seen: () => Promise<SpaceSeen | null>;
}>;

/** `freeMin`: below this, events are refused. */
export type SpaceSeen = Space & Readonly<{ freeMin: number }>;

/**
 * Free bytes that are not for events: the tables, their merges and the database need them to catch up, and they would
 * fail in worse ways than a refusal. A tenth of a small disk.
 */
export const freeBytesMin = ({ total }: Pick<Space, "total">, wanted: number): number => Math.min(wanted, total / 10);

/** Whether the file system of a directory has less than what is not for events. One that does not say how full it is has not. */
export const isNearlyFull = async (directory: string): Promise<boolean> =>
  (await spacesOf([directory])).some((space) => space.free < freeBytesMin(space, defaultLimits.freeBytesMin));

/** How long a look at the file systems counts. */
const lookMs = 250;

/**
 * Looks at the file systems at most every `lookMs`, and counts what is taken in between, on each of them: an event goes
 * into the log and into the tables. Each must have room; one that does not say how full it is has: the write itself will
 * tell.
 */
export const createSpaceGuard = ({
  look,
  now,
  freeBytesWanted,
}: Readonly<{ look: () => Promise<readonly Space[]>; now: () => number; freeBytesWanted: number }>): SpaceGuard => {
  let spaces: readonly SpaceSeen[] = [];
  let lookedAt = -Infinity;
  let looking: Promise<void> | null = null;

  const lookAgain = async (): Promise<void> => {
    lookedAt = now();
    spaces = (await look()).map((space) => ({ ...space, freeMin: freeBytesMin(space, freeBytesWanted) }));
  };
  const lookIfDue = async (): Promise<void> => {
    if (looking === null && now() - lookedAt >= lookMs) looking = lookAgain().finally(() => (looking = null));
    await looking;
  };

  return {
    hasRoom: async (bytes) => {
      await lookIfDue();
      if (spaces.some(({ free, freeMin }) => free - bytes < freeMin)) return false;
      spaces = spaces.map((space) => ({ ...space, free: space.free - bytes }));
      return true;
    },
    seen: async () => {
      await lookIfDue();
      return spaces.toSorted((a, b) => a.free - a.freeMin - (b.free - b.freeMin))[0] ?? null;
    },
  };
};

/** Of the file systems that hold these directories: what this user may still write. Those that do not say are left out. */
export const spacesOf = async (directories: readonly string[]): Promise<readonly Space[]> => {
  const asked = await Promise.allSettled(directories.map((directory) => statfs(directory)));
  return asked.flatMap((answer, index) => {
    if (answer.status === "rejected") return [];
    const { bavail, blocks, bsize } = answer.value;
    return [{ of: basename(directories[index] ?? ""), free: bavail * bsize, total: blocks * bsize }];
  });
};
