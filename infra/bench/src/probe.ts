import process from "node:process";

/** How free the event loop was: the share of probes answered in time, the longest turn, and the most memory seen. */
export type Probed = Readonly<{ within: number; longestMs: number; rssMax: number }>;

const everyMs = 10;
const inTimeMs = 50;

/**
 * Probes the event loop every 10 ms. A turn that holds it delays every probe that falls into it, also those that no timer
 * could be set for: each is counted with the time it would have waited. A turn is as long as the thread computed in it, so
 * that what others do on the machine is not held against us.
 */
export const startProbe = (): Readonly<{ stop: () => Probed }> => {
  let probes = 0;
  let late = 0;
  let longestMs = 0;
  let rssMax = 0;
  let lastMs = computedMs();
  const probe = (): void => {
    const nowMs = computedMs();
    const heldMs = nowMs - lastMs;
    lastMs = nowMs;
    longestMs = Math.max(longestMs, heldMs);
    rssMax = Math.max(rssMax, process.memoryUsage.rss());
    for (let waitedMs = heldMs; waitedMs > 0; waitedMs -= everyMs) {
      probes += 1;
      if (waitedMs > inTimeMs) late += 1;
    }
  };
  const timer = setInterval(probe, everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      probe();
      return { within: probes === 0 ? 1 : 1 - late / probes, longestMs, rssMax };
    },
  };
};

const computedMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};
