import { statfs } from "node:fs/promises";

/** What is left of the file system that holds the log, in bytes. */
export type Space = Readonly<{ free: number; total: number }>;

export type SpaceGuard = Readonly<{
  /** False when the log must take nothing more, so that what it holds can still be written to the tables. */
  hasRoom: (bytes: number) => Promise<boolean>;
  /** As it was seen a moment ago, less what was taken since; null when the file system does not say. */
  seen: () => Promise<SpaceSeen | null>;
}>;

/** `freeMin`: below this, events are refused. */
export type SpaceSeen = Space & Readonly<{ freeMin: number }>;

/**
 * Free bytes that are not for events: the tables, their merges and the database need them to catch up, and they would
 * fail in worse ways than a refusal. A tenth of a small disk.
 */
export const freeBytesMin = ({ total }: Pick<Space, "total">, wanted: number): number => Math.min(wanted, total / 10);

/** How long a look at the file system counts. */
const lookMs = 250;

/**
 * Looks at the file system at most every `lookMs`, and counts what is taken in between. A file system that does not say
 * how full it is has room: the write itself will tell.
 */
export const createSpaceGuard = ({
  look,
  now,
  freeBytesWanted,
}: Readonly<{ look: () => Promise<Space>; now: () => number; freeBytesWanted: number }>): SpaceGuard => {
  let space: Space | null = null;
  let lookedAt = -Infinity;
  let looking: Promise<void> | null = null;

  const lookAgain = async (): Promise<void> => {
    lookedAt = now();
    space = await look().catch(() => null);
  };
  const lookIfDue = async (): Promise<void> => {
    if (looking === null && now() - lookedAt >= lookMs) looking = lookAgain().finally(() => (looking = null));
    await looking;
  };

  return {
    hasRoom: async (bytes) => {
      await lookIfDue();
      if (space === null) return true;
      if (space.free - bytes < freeBytesMin(space, freeBytesWanted)) return false;
      space = { ...space, free: space.free - bytes };
      return true;
    },
    seen: async () => {
      await lookIfDue();
      return space === null ? null : { ...space, freeMin: freeBytesMin(space, freeBytesWanted) };
    },
  };
};

/** Of the file system that holds a directory: what this user may still write. */
export const spaceOf = async (directory: string): Promise<Space> => {
  const { bavail, blocks, bsize } = await statfs(directory);
  return { free: bavail * bsize, total: blocks * bsize };
};
