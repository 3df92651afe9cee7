import type { ParkedEvent, ParkedEvents } from "./parked-events.ts";

/** Events of the namespace that the usage tables refused, oldest position first. */
export const listParkedEvents =
  (deps: Readonly<{ parked: Pick<ParkedEvents, "list"> }>) =>
  async (namespace: string, limit: number): Promise<readonly ParkedEvent[]> =>
    deps.parked.list({ namespace, limit });
