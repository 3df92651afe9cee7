import type { SubjectStore } from "./subject-store.ts";
import type { Subject } from "./subject.ts";
import { isStorable } from "../shared/check-text.ts";

export const listSubjects =
  (deps: Readonly<{ subjects: Pick<SubjectStore, "list"> }>) =>
  async (namespace: string): Promise<readonly Subject[]> =>
    deps.subjects.list(namespace);

/** What people call these subjects. Subjects that nobody named are left out. */
export const findDisplayNames =
  (deps: Readonly<{ subjects: Pick<SubjectStore, "findByKeys"> }>) =>
  async (namespace: string, keys: readonly string[]): Promise<ReadonlyMap<string, string | null>> => {
    const known = [...new Set(keys)].filter(isStorable);
    const names = new Map<string, string | null>();
    for (let from = 0; from < known.length; from += keysPerQuestion) {
      const subjects = await deps.subjects.findByKeys(namespace, known.slice(from, from + keysPerQuestion));
      for (const { key, displayName } of subjects) names.set(key, displayName);
    }
    return names;
  };

/** A statement of the database takes 65,535 parameters. */
const keysPerQuestion = 5_000;
