import { err, ok, type Result } from "@meter/primitives";
import type { Clock } from "../shared/clock.ts";
import type { SubjectStore } from "./subject-store.ts";
import type { SubjectNotFound } from "./get-subject.ts";

/** Soft: its events are untouched. */
export const deleteSubject =
  (deps: Readonly<{ subjects: SubjectStore; clock: Clock }>) =>
  async (namespace: string, idOrKey: string): Promise<Result<null, SubjectNotFound>> => {
    const subject = await deps.subjects.find(namespace, idOrKey);
    const deleted = subject !== null && (await deps.subjects.delete(namespace, subject.id, deps.clock.now()));
    return deleted ? ok(null) : err({ type: "subject_not_found", subject: idOrKey });
  };
