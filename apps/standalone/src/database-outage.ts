import { helpUrl } from "@meter/http";
import { type Fetch, unavailable } from "./http-server.ts";

/** A loss is heard of a moment after the request that ran into it. */
const heardWithinMs = 1_000;

export type DatabaseOutage = Readonly<{
  /** To be called whenever a connection to the database is lost. */
  lost: () => void;
  /** Answers 503 with Retry-After where a request failed because the database was away: nobody made a mistake. */
  shield: (fetch: Fetch) => Fetch;
}>;

export const watchDatabase = ({
  ping,
  monotonicNow,
  publicUrl,
}: Readonly<{ ping: () => Promise<void>; monotonicNow: () => number; publicUrl: string | null }>): DatabaseOutage => {
  let lostAt = -Infinity;
  const isAway = async (since: number): Promise<boolean> => {
    const answers = await ping().then(
      () => true,
      () => false,
    );
    return !answers || lostAt > since - heardWithinMs;
  };
  return {
    lost: () => {
      lostAt = monotonicNow();
    },
    shield: (fetch) => async (request) => {
      const startedAt = monotonicNow();
      const response = await fetch(request);
      if (response.status !== 500 || !(await isAway(startedAt))) return response;
      const requestId = response.headers.get("x-request-id");
      return unavailable(
        "store_unavailable",
        "the database does not answer, or was just started again",
        helpUrl("store_unavailable", { publicUrl, requestUrl: request.url }),
        requestId === null ? {} : { "x-request-id": requestId },
      );
    },
  };
};
