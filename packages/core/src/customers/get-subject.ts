import { err, ok, type Result } from "@meter/primitives";
import type { SubjectStore } from "./subject-store.ts";
import type { Subject } from "./subject.ts";

export type SubjectNotFound = Readonly<{ type: "subject_not_found"; subject: string }>;

export const getSubject =
  (deps: Readonly<{ subjects: Pick<SubjectStore, "find"> }>) =>
  async (namespace: string, idOrKey: string): Promise<Result<Subject, SubjectNotFound>> => {
    const subject = await deps.subjects.find(namespace, idOrKey);
    return subject === null ? err({ type: "subject_not_found", subject: idOrKey }) : ok(subject);
  };
