import type { Subject, SubjectId, SubjectStore } from "@meter/core";
import { assert } from "@meter/primitives";

export const createMemorySubjects = (): SubjectStore => {
  const subjects = new Map<SubjectId, Subject>();
  const live = (namespace: string) =>
    [...subjects.values()].filter((subject) => subject.namespace === namespace && subject.deletedAt === null);
  return {
    list: async (namespace) => live(namespace).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    upsert: async (namespace, fields, ids, at) =>
      fields.map(({ key, ...changed }, index) => {
        const id = ids[index];
        assert(id !== undefined, "an id for each subject");
        const existing = live(namespace).find((subject) => subject.key === key) ?? {
          id,
          namespace,
          key,
          displayName: null,
          metadata: null,
          stripeCustomerId: null,
          currentPeriodStart: null,
          currentPeriodEnd: null,
          createdAt: at,
          updatedAt: at,
          deletedAt: null,
        };
        const subject: Subject = { ...existing, ...changed, updatedAt: at };
        subjects.set(subject.id, subject);
        return subject;
      }),
    find: async (namespace, idOrKey) =>
      live(namespace).find(({ id, key }) => id === idOrKey || key === idOrKey) ?? null,
    findByKeys: async (namespace, keys) => live(namespace).filter(({ key }) => keys.includes(key)),
    delete: async (namespace, id, at) => {
      const found = live(namespace).find((subject) => subject.id === id);
      if (found === undefined) return false;
      subjects.set(id, { ...found, updatedAt: at, deletedAt: at });
      return true;
    },
  };
};
