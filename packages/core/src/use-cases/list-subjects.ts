import type { SubjectStore } from "../ports/control-store.ts";
import type { Subject } from "../subject.ts";
import { isStorable } from "./check-text.ts";

export const listSubjects =
  (deps: Readonly<{ subjects: Pick<SubjectStore, "list"> }>) =>
  async (namespace: string): Promise<readonly Subject[]> =>
    deps.subjects.list(namespace);

/** What people call these subjects. Subjects that nobody named are left out. */
export const findDisplayNames =
  (deps: Readonly<{ subjects: Pick<SubjectStore, "findByKeys"> }>) =>
  async (namespace: string, keys: readonly string[]): Promise<ReadonlyMap<string, string | null>> => {
    const known = [...new Set(keys)].filter(isStorable);
    const subjects = known.length === 0 ? [] : await deps.subjects.findByKeys(namespace, known);
    return new Map(subjects.map((subject) => [subject.key, subject.displayName]));
  };
