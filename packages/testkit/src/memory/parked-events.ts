import type { LogPosition, ParkedEvent, ParkedEvents } from "@meter/core";

export const createMemoryParkedEvents = (): ParkedEvents => {
  const parked = new Map<string, ParkedEvent>();
  const nameOf = ({ log, partition, offset }: LogPosition) => `${log} ${partition} ${offset}`;
  return {
    park: async (event) => {
      const before = parked.get(nameOf(event.position));
      parked.set(nameOf(event.position), before === undefined ? event : { ...event, parkedAt: before.parkedAt });
    },
    list: async ({ namespace, limit }) =>
      [...parked.values()]
        .filter(({ event }) => namespace === undefined || event.namespace === namespace)
        .toSorted((a, b) => a.position.offset - b.position.offset)
        .slice(0, limit),
    count: async (max) => Math.min(max, parked.size),
    remove: async (positions) => {
      for (const position of positions) parked.delete(nameOf(position));
    },
  };
};
