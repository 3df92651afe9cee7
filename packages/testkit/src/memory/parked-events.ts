import { type LogPosition, type ParkedEvent, parkedPageBytesMax, type ParkedEvents } from "@meter/core";

export const createMemoryParkedEvents = (): ParkedEvents => {
  const parked = new Map<string, ParkedEvent>();
  const nameOf = ({ log, partition, offset }: LogPosition) => `${log} ${partition} ${offset}`;
  return {
    park: async (event) => {
      const before = parked.get(nameOf(event.position));
      parked.set(nameOf(event.position), before === undefined ? event : { ...event, parkedAt: before.parkedAt });
    },
    list: async ({ namespace, limit, after = null }) => {
      const page = [...parked.values()]
        .filter(({ event }) => namespace === undefined || event.namespace === namespace)
        .filter(({ position }) => after === null || position.offset > after.offset)
        .toSorted((a, b) => a.position.offset - b.position.offset)
        .slice(0, limit);
      let bytes = 0;
      const over = page.findIndex(({ event }, index) => {
        if (index > 0 && bytes >= parkedPageBytesMax) return true;
        bytes += event.data?.length ?? 0;
        return false;
      });
      return over < 0 ? page : page.slice(0, over);
    },
    count: async (max) => Math.min(max, parked.size),
    remove: async (positions) => {
      for (const position of positions) parked.delete(nameOf(position));
    },
  };
};
