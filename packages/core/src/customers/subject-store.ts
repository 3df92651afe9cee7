import type { Instant } from "@meter/primitives";
import type { Subject, SubjectFields, SubjectId } from "./subject.ts";

export type SubjectStore = Readonly<{
  list: (namespace: string) => Promise<readonly Subject[]>;
  /** Absent fields stay as they are, null clears. In the order given. */
  upsert: (
    namespace: string,
    subjects: readonly SubjectFields[],
    ids: readonly SubjectId[],
    at: Instant,
  ) => Promise<readonly Subject[]>;
  find: (namespace: string, idOrKey: string) => Promise<Subject | null>;
  findByKeys: (namespace: string, keys: readonly string[]) => Promise<readonly Subject[]>;
  delete: (namespace: string, id: SubjectId, at: Instant) => Promise<boolean>;
}>;
